-- Derived: what the live days of a centre's month come to, as packed bytes (variable-length integers); made again from the days.
CREATE TABLE kpi_months (
  centre_id TEXT NOT NULL,
  month DATE NOT NULL,
  totals BYTEA NOT NULL,
  PRIMARY KEY (centre_id, month)
);
CREATE INDEX kpi_months_month ON kpi_months (month);
