-- The two sides of an invoice, in a temporary SQLite file: a month of a large buyer does not fit into memory. Times are
-- seconds on the dialer's wall clock, money is in ten-thousandths, so that all of it is exact and compares as integers.
-- takes: nothing
-- returns: nothing
CREATE TABLE invoice ( -- what the platform has billed
  row INTEGER PRIMARY KEY, -- as a spreadsheet numbers them
  call_id TEXT,
  did TEXT,
  cid TEXT,
  since INTEGER, -- the call came between since and until: the same moment, or a day where the file names only the day
  until INTEGER,
  call_date TEXT, -- until, with its offset
  date_billed TEXT,
  notes TEXT,
  cost INTEGER,
  blank INTEGER NOT NULL, -- 1: there was no cost to read
  problem TEXT, -- why something could not be read
  twin INTEGER NOT NULL DEFAULT 0, -- 1: an earlier row bills the same call
  call_log_id INTEGER,
  seconds INTEGER, -- how long that call was
  cost_id INTEGER, -- of the received cost that is the same call
  kind TEXT
);
CREATE INDEX invoice_call_id ON invoice (call_id);
CREATE INDEX invoice_pair ON invoice (cid, did, since);
CREATE TABLE received ( -- the costs that came in
  cost_id INTEGER PRIMARY KEY,
  call_id TEXT, -- the delivery's idempotency key, as long as the delivery log has it
  notes TEXT,
  did TEXT NOT NULL,
  cid TEXT NOT NULL,
  called INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  call_log_id INTEGER,
  kind TEXT
);
CREATE INDEX received_call_id ON received (call_id);
CREATE INDEX received_notes ON received (notes);
CREATE INDEX received_pair ON received (cid, did, called);
CREATE TABLE settings (
  min_seconds INTEGER NOT NULL -- a shorter call is worth naming
);
CREATE TABLE matches ( -- one to one: whoever comes first has it
  row INTEGER NOT NULL UNIQUE,
  cost_id INTEGER NOT NULL UNIQUE
);
