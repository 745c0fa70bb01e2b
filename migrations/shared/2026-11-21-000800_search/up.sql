-- Derived: what can be found. scope: in_force (everybody) | draft (who may read drafts). terms: folded words and CJK bigrams.
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
  UNIQUE (kind, object_id, scope)
);
CREATE INDEX search_entries_code ON search_entries (code_key);
