-- Terms are made by search::text; the table keeps no copy of them.
CREATE VIRTUAL TABLE search_terms USING fts5(head, body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
