DROP TABLE settings; DROP TABLE counters; DROP TABLE schemes; DROP TABLE centres; DROP TABLE units; DROP TABLE organisation;
