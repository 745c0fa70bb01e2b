DROP TABLE kpi_judged;
DROP TABLE kpi_unjudged;
ALTER TABLE kpi_phases DROP COLUMN definition_version;
DROP INDEX kpi_signals_centre;
DROP INDEX kpi_signals_once;
ALTER TABLE kpi_signals RENAME TO kpi_signals_after;
CREATE TABLE kpi_signals (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  period TEXT NOT NULL,
  rule TEXT NOT NULL,
  detail TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','explained','cycle')),
  raised_at TIMESTAMP NOT NULL,
  due_on DATE NOT NULL,
  explanation TEXT,
  explained_by TEXT,
  explained_at TIMESTAMP,
  cycle_id TEXT,
  row_version BIGINT NOT NULL,
  UNIQUE (code, centre_id, period, rule)
);
INSERT INTO kpi_signals (id, code, centre_id, period, rule, detail, state, raised_at, due_on, explanation, explained_by, explained_at, cycle_id, row_version)
  SELECT id, code, centre_id, period, rule, detail, state, raised_at, due_on, explanation, explained_by, explained_at, cycle_id, row_version
  FROM kpi_signals_after WHERE state <> 'withdrawn';
DROP TABLE kpi_signals_after;
