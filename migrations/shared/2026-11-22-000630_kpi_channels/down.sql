ALTER TABLE kpi_months RENAME TO kpi_months_before;
DROP INDEX kpi_months_month;
CREATE TABLE kpi_months (
  centre_id TEXT NOT NULL,
  month DATE NOT NULL,
  totals BYTEA NOT NULL,
  PRIMARY KEY (centre_id, month)
);
INSERT INTO kpi_months (centre_id, month, totals) SELECT centre_id, month, totals FROM kpi_months_before WHERE channel = '';
DROP TABLE kpi_months_before;
CREATE INDEX kpi_months_month ON kpi_months (month);
