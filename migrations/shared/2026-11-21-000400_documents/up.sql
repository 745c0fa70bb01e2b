CREATE TABLE documents (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  code_key TEXT NOT NULL UNIQUE,
  tier BIGINT NOT NULL CHECK (tier BETWEEN 1 AND 4),
  owner TEXT NOT NULL,
  effective_version_id TEXT,
  created_at TIMESTAMP NOT NULL,
  created_by TEXT NOT NULL,
  row_version BIGINT NOT NULL
);
CREATE INDEX documents_tier ON documents (tier, code_key);
CREATE TABLE document_versions (
  id TEXT NOT NULL PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES documents (id),
  ordinal BIGINT NOT NULL,
  label TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft','in_review','approved','effective','superseded','withdrawn')),
  title_zh TEXT,
  title_en TEXT,
  text_zh TEXT,
  text_en TEXT,
  parents TEXT NOT NULL,
  extra TEXT NOT NULL,
  reason TEXT,
  content_hash TEXT,
  origin TEXT NOT NULL CHECK (origin IN ('authored','adopted')),
  author_id TEXT NOT NULL,
  author_name TEXT NOT NULL,
  round BIGINT NOT NULL,
  submitted_by TEXT,
  submitted_at TIMESTAMP,
  approved_at TIMESTAMP,
  planned_on DATE,
  effective_on DATE,
  ended_on DATE,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  row_version BIGINT NOT NULL,
  UNIQUE (document_id, label),
  UNIQUE (document_id, ordinal)
);
-- Exactly one version in force and at most one in preparation, under any race.
CREATE UNIQUE INDEX document_versions_effective ON document_versions (document_id) WHERE state = 'effective';
CREATE UNIQUE INDEX document_versions_open ON document_versions (document_id) WHERE state IN ('draft','in_review','approved');
CREATE INDEX document_versions_state ON document_versions (state, planned_on);
CREATE TABLE document_reviews (
  id TEXT NOT NULL PRIMARY KEY,
  version_id TEXT NOT NULL REFERENCES document_versions (id),
  round BIGINT NOT NULL,
  duty TEXT NOT NULL CHECK (duty IN ('reviewer','approver')),
  user_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  user_post TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at TIMESTAMP NOT NULL,
  due_on DATE,
  decision TEXT CHECK (decision IN ('agreed','approved','returned','ended')),
  comment TEXT,
  content_hash TEXT NOT NULL,
  decided_at TIMESTAMP,
  row_version BIGINT NOT NULL
);
CREATE INDEX document_reviews_version ON document_reviews (version_id, round);
CREATE INDEX document_reviews_open ON document_reviews (user_id, decision);
-- Images and other files that belong to a version's text.
CREATE TABLE document_files (
  id TEXT NOT NULL PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES documents (id),
  path TEXT NOT NULL,
  hash TEXT NOT NULL REFERENCES evidence (hash),
  row_version BIGINT NOT NULL,
  UNIQUE (document_id, path, hash)
);
-- Derived: rendered once per text and renderer revision.
CREATE TABLE renditions (
  key TEXT NOT NULL PRIMARY KEY,
  html TEXT NOT NULL,
  toc TEXT NOT NULL
);
-- Derived: who refers to whom. relation: parent | reference | governs. to_id is empty while the target is not there.
CREATE TABLE links (
  id TEXT NOT NULL PRIMARY KEY,
  from_kind TEXT NOT NULL,
  from_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_id TEXT NOT NULL,
  to_key TEXT NOT NULL
);
CREATE INDEX links_from ON links (from_kind, from_id);
CREATE INDEX links_to ON links (to_kind, to_id);
CREATE INDEX links_key ON links (to_kind, to_key);
-- Bookkeeping: text not yet saved by its author.
CREATE TABLE autosaves (
  user_id TEXT NOT NULL,
  version_id TEXT NOT NULL,
  lang TEXT NOT NULL,
  content TEXT NOT NULL,
  base_version BIGINT NOT NULL,
  saved_at TIMESTAMP NOT NULL,
  PRIMARY KEY (user_id, version_id, lang)
);
