CREATE TABLE organisation (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT,
  zone TEXT NOT NULL,
  demo BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL
);
CREATE TABLE units (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_en TEXT,
  row_version BIGINT NOT NULL
);
CREATE TABLE centres (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_en TEXT,
  unit_id TEXT REFERENCES units (id),
  zone TEXT NOT NULL,
  centre_type TEXT NOT NULL CHECK (centre_type IN ('cost_control','customer_experience','profit_creating')),
  active BOOLEAN NOT NULL,
  row_version BIGINT NOT NULL
);
-- Code, label and number schemes, kept as data. purpose: document_code | version_label; tier 0 = all tiers.
CREATE TABLE schemes (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('document_code','version_label')),
  tier BIGINT NOT NULL,
  pattern TEXT NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (purpose, tier)
);
-- Bookkeeping: serials; a serial is drawn in the transaction that uses it, so numbers have no gaps.
CREATE TABLE counters (
  key TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
-- Bookkeeping: small settings of the installation (set-up code, key ids).
CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);
