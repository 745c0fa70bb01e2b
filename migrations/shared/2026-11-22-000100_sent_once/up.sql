-- Bookkeeping: changes that carry a key of their sender, so that the same one sent twice is made once. No answer: still under way.
CREATE TABLE sent_once (
  sender TEXT NOT NULL,
  sent_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT,
  made_at TIMESTAMP NOT NULL,
  PRIMARY KEY (sender, sent_key)
);
CREATE INDEX sent_once_made ON sent_once (made_at);
