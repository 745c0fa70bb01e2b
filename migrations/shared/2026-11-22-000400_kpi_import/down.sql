ALTER TABLE kpi_cells RENAME TO kpi_cells_before;
DROP INDEX kpi_cells_batch;
CREATE TABLE kpi_cells (
  source TEXT NOT NULL,
  centre_id TEXT NOT NULL,
  day DATE NOT NULL,
  batch_id TEXT NOT NULL,
  PRIMARY KEY (source, centre_id, day)
);
INSERT INTO kpi_cells (source, centre_id, day, batch_id) SELECT source, centre_id, day, batch_id FROM kpi_cells_before WHERE part = 0;
DROP TABLE kpi_cells_before;
CREATE INDEX kpi_cells_batch ON kpi_cells (batch_id);
ALTER TABLE kpi_batches DROP COLUMN supplements;
DROP TABLE kpi_locks;
DROP TABLE kpi_mappings;
DROP TABLE kpi_staged;
