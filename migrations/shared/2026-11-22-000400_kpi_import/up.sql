-- Bookkeeping: files that were sent and wait to be imported, each its sender's alone; swept after a day.
CREATE TABLE kpi_staged (
  id TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  kind TEXT NOT NULL,
  centre TEXT,
  sheet TEXT,
  header_row BIGINT NOT NULL,
  seen TEXT NOT NULL,
  mapping TEXT,
  as_of DATE,
  supplements BIGINT,
  batch BIGINT,
  made_at TIMESTAMP NOT NULL
);
CREATE INDEX kpi_staged_owner ON kpi_staged (owner, made_at);
CREATE INDEX kpi_staged_made ON kpi_staged (made_at);
-- Facts: how files of a source, kind and header were read last; and the months of centres whose data are settled.
CREATE TABLE kpi_mappings (
  id TEXT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  header_hash TEXT NOT NULL,
  width BIGINT NOT NULL,
  mapping_hash TEXT NOT NULL REFERENCES texts (hash),
  used_by TEXT NOT NULL,
  used_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (source, kind, header_hash)
);
CREATE TABLE kpi_locks (
  id TEXT NOT NULL PRIMARY KEY,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  month TEXT NOT NULL,
  locked BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (centre_id, month)
);
-- The batch whose mended rows a batch brings.
ALTER TABLE kpi_batches ADD COLUMN supplements BIGINT;
-- A cell has one owner (part 0) and, beside it, the supplements of that owner (part: their number).
ALTER TABLE kpi_cells RENAME TO kpi_cells_before;
DROP INDEX kpi_cells_batch;
CREATE TABLE kpi_cells (
  source TEXT NOT NULL,
  centre_id TEXT NOT NULL,
  day DATE NOT NULL,
  batch_id TEXT NOT NULL,
  part BIGINT NOT NULL,
  PRIMARY KEY (source, centre_id, day, part)
);
INSERT INTO kpi_cells (source, centre_id, day, batch_id, part) SELECT source, centre_id, day, batch_id, 0 FROM kpi_cells_before;
DROP TABLE kpi_cells_before;
CREATE INDEX kpi_cells_batch ON kpi_cells (batch_id);
