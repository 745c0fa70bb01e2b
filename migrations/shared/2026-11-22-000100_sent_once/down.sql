DROP TABLE sent_once;
