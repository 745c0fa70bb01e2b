-- Facts.
CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  login_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_en TEXT,
  post TEXT NOT NULL,
  post_en TEXT,
  email TEXT,
  locale TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL
);
CREATE TABLE grants (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('administrator','quality_manager','author','approver','auditor','executive','staff')),
  centre_id TEXT,
  starts_on DATE NOT NULL,
  ends_on DATE,
  row_version BIGINT NOT NULL
);
CREATE INDEX grants_user ON grants (user_id);
CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_on DATE NOT NULL,
  revoked_at TIMESTAMP,
  row_version BIGINT NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id);
-- Bookkeeping: secrets and sessions never reach an event.
CREATE TABLE credentials (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
  password_hash TEXT NOT NULL,
  changed_at TIMESTAMP NOT NULL
);
CREATE TABLE token_secrets (
  token_id TEXT NOT NULL PRIMARY KEY REFERENCES tokens (id),
  secret_hash TEXT NOT NULL,
  last_used_at TIMESTAMP
);
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  last_seen_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  network TEXT NOT NULL,
  agent TEXT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
-- Failed attempts per account and per network in the running window.
CREATE TABLE attempts (
  key TEXT NOT NULL PRIMARY KEY,
  window_start TIMESTAMP NOT NULL,
  count BIGINT NOT NULL
);
