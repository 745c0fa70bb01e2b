-- Facts: boards frozen for management reviews. The board itself is a kept text; notes are added to, never rewritten.
CREATE TABLE board_reviews (
  id TEXT NOT NULL PRIMARY KEY,
  period TEXT NOT NULL,
  title TEXT NOT NULL,
  board_hash TEXT NOT NULL REFERENCES texts (hash),
  frozen_by TEXT NOT NULL,
  frozen_at TIMESTAMP NOT NULL,
  held_on DATE NOT NULL,
  row_version BIGINT NOT NULL
);
CREATE TABLE board_notes (
  id TEXT NOT NULL PRIMARY KEY,
  review_id TEXT NOT NULL REFERENCES board_reviews (id),
  ordinal BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('minutes','decision')),
  text TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at TIMESTAMP NOT NULL,
  cycle TEXT,
  action_id TEXT REFERENCES cycle_actions (id),
  row_version BIGINT NOT NULL,
  UNIQUE (review_id, ordinal)
);
