-- A file rewritten with pseudonyms names the hash of the one that came; a batch may leave rows with errors out; data may reach further
-- than the last event in them. All are empty for batches that know nothing of it.
ALTER TABLE kpi_batches ADD COLUMN original_hash TEXT;
ALTER TABLE kpi_batches ADD COLUMN rows_refused BIGINT;
ALTER TABLE kpi_batches ADD COLUMN as_of DATE;
