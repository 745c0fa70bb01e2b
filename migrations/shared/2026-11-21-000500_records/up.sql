CREATE TABLE records (
  id TEXT NOT NULL PRIMARY KEY,
  form_id TEXT NOT NULL REFERENCES documents (id),
  form_version_id TEXT NOT NULL REFERENCES document_versions (id),
  number TEXT,
  state TEXT NOT NULL CHECK (state IN ('draft','submitted')),
  centre_id TEXT REFERENCES centres (id),
  content TEXT NOT NULL,
  author_id TEXT NOT NULL,
  author_name TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  submitted_at TIMESTAMP,
  content_hash TEXT,
  row_version BIGINT NOT NULL,
  UNIQUE (form_id, number)
);
CREATE INDEX records_form ON records (form_id, state, number);
CREATE INDEX records_author ON records (author_id, state);
