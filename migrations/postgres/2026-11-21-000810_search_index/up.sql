-- Terms are made by search::text; `simple` leaves them as they are.
CREATE TABLE search_terms (rowid BIGINT NOT NULL PRIMARY KEY, terms tsvector NOT NULL);
CREATE INDEX search_terms_gin ON search_terms USING gin (terms);
