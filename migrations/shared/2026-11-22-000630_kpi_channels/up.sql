-- Derived: the sums of a centre's month, of all channels together (channel '') and of each channel; those of channels are made from the
-- days when the program starts.
ALTER TABLE kpi_months RENAME TO kpi_months_before;
DROP INDEX kpi_months_month;
CREATE TABLE kpi_months (
  centre_id TEXT NOT NULL,
  month DATE NOT NULL,
  channel TEXT NOT NULL,
  totals BYTEA NOT NULL,
  PRIMARY KEY (centre_id, month, channel)
);
INSERT INTO kpi_months (centre_id, month, channel, totals) SELECT centre_id, month, '', totals FROM kpi_months_before;
DROP TABLE kpi_months_before;
CREATE INDEX kpi_months_month ON kpi_months (month, channel);
