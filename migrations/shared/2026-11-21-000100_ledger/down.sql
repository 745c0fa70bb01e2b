DROP TABLE evidence; DROP TABLE texts; DROP TABLE ledger_head; DROP TABLE events;
