-- A signal whose data were taken back or corrected is withdrawn; only then may its KPI, centre, period and rule ask again.
ALTER TABLE kpi_signals RENAME TO kpi_signals_before;
CREATE TABLE kpi_signals (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  period TEXT NOT NULL,
  rule TEXT NOT NULL,
  detail TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','explained','cycle','withdrawn')),
  raised_at TIMESTAMP NOT NULL,
  due_on DATE NOT NULL,
  explanation TEXT,
  explained_by TEXT,
  explained_at TIMESTAMP,
  cycle_id TEXT,
  row_version BIGINT NOT NULL
);
INSERT INTO kpi_signals (id, code, centre_id, period, rule, detail, state, raised_at, due_on, explanation, explained_by, explained_at, cycle_id, row_version)
  SELECT id, code, centre_id, period, rule, detail, state, raised_at, due_on, explanation, explained_by, explained_at, cycle_id, row_version
  FROM kpi_signals_before;
DROP TABLE kpi_signals_before;
CREATE UNIQUE INDEX kpi_signals_once ON kpi_signals (code, centre_id, period, rule) WHERE state <> 'withdrawn';
CREATE INDEX kpi_signals_centre ON kpi_signals (centre_id, state);
-- The version of the definition by which limits were computed; empty for limits that were frozen before it was kept.
ALTER TABLE kpi_phases ADD COLUMN definition_version BIGINT;
-- Bookkeeping: days of centres whose data changed and that are still to be judged, and the last month of a centre that was judged after
-- it was over.
CREATE TABLE kpi_unjudged (
  id TEXT NOT NULL PRIMARY KEY,
  batch_id TEXT NOT NULL,
  centre_id TEXT NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  again BOOLEAN NOT NULL
);
CREATE TABLE kpi_judged (
  centre_id TEXT NOT NULL PRIMARY KEY,
  month TEXT NOT NULL
);
