DROP TABLE autosaves; DROP TABLE links; DROP TABLE renditions; DROP TABLE document_files; DROP TABLE document_reviews; DROP TABLE document_versions; DROP TABLE documents;
