-- Facts: what was published for a centre and a month. The card itself is a kept text; a correction is a new edition.
CREATE TABLE kpi_scorecards (
  id TEXT NOT NULL PRIMARY KEY,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  period TEXT NOT NULL,
  edition BIGINT NOT NULL,
  card_hash TEXT NOT NULL REFERENCES texts (hash),
  total DOUBLE PRECISION,
  coverage DOUBLE PRECISION NOT NULL,
  complete BOOLEAN NOT NULL,
  reason TEXT,
  published_by TEXT NOT NULL,
  published_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (centre_id, period, edition)
);
