-- Creates the two sides of an invoice in a temporary SQLite file: a month of a large buyer does not fit into memory.
-- Times are seconds on the dialer's wall clock and money is in ten-thousandths: both are exact and compare as integers.
-- takes: nothing
-- returns: nothing
CREATE TABLE invoice ( -- what the platform bills
  row INTEGER PRIMARY KEY, -- as a spreadsheet numbers them
  call_id TEXT,
  did TEXT,
  cid TEXT,
  since INTEGER, -- the call came between since and until: equal, or the ends of a day if the file names no time
  until INTEGER,
  call_date TEXT, -- until, with its offset
  date_billed TEXT,
  notes TEXT,
  cost INTEGER,
  blank INTEGER NOT NULL, -- 1: there was no cost to read
  problem TEXT, -- why a field could not be read
  place TEXT, -- where the row is, for a reader, if its number does not say it: 5 of Sheet2
  remark TEXT, -- how the cost came about: its adjustment, or a status by which it is not owed
  twin INTEGER NOT NULL DEFAULT 0, -- 1: an earlier row bills the same call
  call_log_id TEXT, -- the call in the call log, where it was looked up
  call_at INTEGER, -- when that was
  seconds INTEGER, -- length of that call
  cost_id INTEGER, -- the received cost of the same call, or the one that an adjustment below zero lowers
  kind TEXT,
  call_kind TEXT, -- no_call or too_short: listed beside the kind
  doubt TEXT -- why a row that was never received may not be what it seems
);
CREATE TABLE received ( -- the costs that came in
  cost_id INTEGER PRIMARY KEY,
  call_id TEXT, -- the delivery's idempotency key, while the delivery log has it
  notes TEXT,
  did TEXT NOT NULL,
  cid TEXT NOT NULL,
  called INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  has_call INTEGER NOT NULL, -- 1: its call is in the call log; 2: and may be too short
  call_log_id TEXT, -- that call, where it was looked up
  kind TEXT NOT NULL DEFAULT 'matched'
);
CREATE TABLE searches ( -- costs whose call is to be looked up
  search INTEGER PRIMARY KEY, -- the cost id
  did TEXT NOT NULL,
  cid TEXT NOT NULL,
  called INTEGER NOT NULL
);
CREATE TABLE settings (
  min_seconds INTEGER NOT NULL -- shorter calls are listed
);
CREATE TABLE credits ( -- the cost that a row below zero lowers
  row INTEGER PRIMARY KEY,
  cost_id INTEGER NOT NULL
);
CREATE INDEX credits_cost ON credits (cost_id);
CREATE TABLE matches ( -- one to one: the first match wins
  row INTEGER PRIMARY KEY,
  cost_id INTEGER NOT NULL UNIQUE
);
