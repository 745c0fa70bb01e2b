-- What a cycle fixes before anybody acts, and what its test said in the Check phase. Cycles from before have none.
CREATE TABLE cycle_tests (
  id TEXT NOT NULL PRIMARY KEY,
  cycle_id TEXT NOT NULL UNIQUE REFERENCES cycles (id),
  direction TEXT NOT NULL CHECK (direction IN ('higher','lower')),
  worth DOUBLE PRECISION NOT NULL,
  check_days BIGINT,
  kind TEXT NOT NULL,
  fixed_at TIMESTAMP,
  judgement TEXT,
  judged_at TIMESTAMP,
  row_version BIGINT NOT NULL
);
