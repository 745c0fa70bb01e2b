-- Facts.
CREATE TABLE kpi_definitions (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  version BIGINT NOT NULL,
  family TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  unit TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('higher','lower','band')),
  body TEXT NOT NULL,
  in_force BOOLEAN NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (code, version)
);
CREATE TABLE kpi_profiles (
  id TEXT NOT NULL PRIMARY KEY,
  centre_type TEXT NOT NULL,
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  in_force BOOLEAN NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (centre_type, version)
);
CREATE TABLE kpi_targets (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  centre_id TEXT NOT NULL REFERENCES centres (id),
  starts_on DATE NOT NULL,
  body TEXT NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (code, centre_id, starts_on)
);
CREATE TABLE kpi_batches (
  id TEXT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  file_name TEXT NOT NULL,
  evidence_hash TEXT NOT NULL REFERENCES evidence (hash),
  mapping_hash TEXT NOT NULL REFERENCES texts (hash),
  default_centre TEXT,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  rows_read BIGINT NOT NULL,
  rows_ignored BIGINT NOT NULL,
  cells BIGINT NOT NULL,
  measures_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('committed','replaced','undone')),
  replaced_by TEXT,
  imported_by TEXT NOT NULL,
  imported_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL
);
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
-- Derived from evidence and mapping: sums are integers, waits exact histograms 'second:count,…'.
CREATE TABLE kpi_measures (
  batch_id TEXT NOT NULL REFERENCES kpi_batches (id),
  source TEXT NOT NULL,
  centre_id TEXT NOT NULL,
  day DATE NOT NULL,
  channel TEXT NOT NULL,
  offered BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  abandoned BIGINT NOT NULL,
  abandoned_early BIGINT NOT NULL,
  handled BIGINT NOT NULL,
  talk_s BIGINT NOT NULL,
  hold_s BIGINT NOT NULL,
  wrap_s BIGINT NOT NULL,
  handle_sq TEXT NOT NULL,
  wait_answered TEXT NOT NULL,
  wait_abandoned TEXT NOT NULL,
  extra TEXT NOT NULL,
  PRIMARY KEY (batch_id, centre_id, day, channel)
);
CREATE INDEX kpi_measures_cell ON kpi_measures (centre_id, day);
-- Derived: which live batch owns a source × centre × day cell; a second owner is refused.
CREATE TABLE kpi_cells (
  source TEXT NOT NULL,
  centre_id TEXT NOT NULL,
  day DATE NOT NULL,
  batch_id TEXT NOT NULL,
  PRIMARY KEY (source, centre_id, day)
);
CREATE INDEX kpi_cells_batch ON kpi_cells (batch_id);
