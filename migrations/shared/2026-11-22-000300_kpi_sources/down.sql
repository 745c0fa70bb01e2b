ALTER TABLE kpi_batches DROP COLUMN as_of;
ALTER TABLE kpi_batches DROP COLUMN rows_refused;
ALTER TABLE kpi_batches DROP COLUMN original_hash;
