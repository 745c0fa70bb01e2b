-- Terms are made by search::text; `simple` leaves them as they are. head: code and titles; terms: those (weight A) and the texts.
CREATE TABLE search_terms (rowid BIGINT NOT NULL PRIMARY KEY, head tsvector NOT NULL, terms tsvector NOT NULL);
CREATE INDEX search_terms_head ON search_terms USING gin (head);
CREATE INDEX search_terms_gin ON search_terms USING gin (terms);
