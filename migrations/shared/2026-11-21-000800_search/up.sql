-- Derived: what can be found. scope: in_force (everybody) | draft (who may read drafts). text_zh, text_en: hashes, for snippets. seen_by: people named in a draft.
CREATE TABLE search_entries (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  code TEXT NOT NULL,
  code_key TEXT NOT NULL,
  title TEXT NOT NULL,
  text_zh TEXT,
  text_en TEXT,
  seen_by TEXT NOT NULL,
  UNIQUE (kind, object_id, scope)
);
CREATE INDEX search_entries_code ON search_entries (code_key);
