-- The log: one row per event; `leaf` holds the exact bytes that are hashed, the other columns are copies for searching.
CREATE TABLE events (
  seq BIGINT NOT NULL PRIMARY KEY,
  at TIMESTAMP NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  object_label TEXT NOT NULL,
  reason TEXT,
  leaf TEXT NOT NULL,
  leaf_hash TEXT NOT NULL
);
CREATE INDEX events_object ON events (object_kind, object_id, seq);
CREATE INDEX events_actor ON events (actor_id, seq);
CREATE INDEX events_action ON events (action, seq);
CREATE INDEX events_at ON events (at);

-- The head of the log: size, frontier (RFC 6962 perfect subtrees, largest first) and root. Changes in the events' own transaction.
CREATE TABLE ledger_head (
  id BIGINT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  frontier TEXT NOT NULL,
  root TEXT NOT NULL,
  last_at TIMESTAMP NOT NULL
);
INSERT INTO ledger_head (id, size, frontier, root, last_at)
VALUES (1, 0, '[]', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '1970-01-01 00:00:00');

-- Texts by their SHA-256; written once, never changed.
CREATE TABLE texts (
  hash TEXT NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);
-- Files kept as evidence; the bytes lie beside the database under their SHA-256.
CREATE TABLE evidence (
  hash TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  kept_at TIMESTAMP NOT NULL
);
