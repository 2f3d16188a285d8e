-- Creates the queue of requests that came while the database was away, in an SQLite file (ingress/spool/file.py).
-- takes: nothing
-- returns: nothing
CREATE TABLE IF NOT EXISTS entries (
  entry_id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of arrival; a number is never used twice
  request_id TEXT NOT NULL UNIQUE, -- its index is also what the entries are counted by
  api_id INTEGER NOT NULL,
  ip_address TEXT NOT NULL,
  received TEXT NOT NULL, -- ISO 8601 with microseconds, in UTC
  sent TEXT NOT NULL, -- JSON, as in the delivery log: without secrets
  tries INTEGER NOT NULL DEFAULT 0, -- that failed for another reason than that the database was away
  error TEXT NULL, -- of the last such try
  waits_until REAL NOT NULL DEFAULT 0 -- Unix time; after such a try the others go first
)
