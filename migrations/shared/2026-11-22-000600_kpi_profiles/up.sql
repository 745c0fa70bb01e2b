-- Facts: a KPI that does not apply to a centre, from a day on.
CREATE TABLE kpi_applicability (
  id TEXT NOT NULL PRIMARY KEY,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  code TEXT NOT NULL,
  starts_on DATE NOT NULL,
  applies BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (centre_id, code, starts_on)
);
