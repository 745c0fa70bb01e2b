-- Limits that somebody froze, from a day on, with what they were computed from and why. Rows are only ever added.
CREATE TABLE kpi_phases (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  grain TEXT NOT NULL CHECK (grain IN ('day','week','month')),
  starts_on DATE NOT NULL,
  baseline_from DATE NOT NULL,
  baseline_to DATE NOT NULL,
  chart TEXT NOT NULL,
  parameters TEXT NOT NULL,
  reason TEXT NOT NULL,
  frozen_by TEXT NOT NULL,
  frozen_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (centre_id, code, grain, starts_on)
);
