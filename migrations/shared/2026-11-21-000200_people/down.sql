DROP TABLE attempts; DROP TABLE sessions; DROP TABLE token_secrets; DROP TABLE credentials; DROP TABLE tokens; DROP TABLE grants; DROP TABLE users;
