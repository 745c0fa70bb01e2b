-- Terms are made by search::text; the table keeps no copy of them. A single Han character is the beginning of many terms: it has an index.
CREATE VIRTUAL TABLE search_terms USING fts5(head, body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0", prefix='1');
