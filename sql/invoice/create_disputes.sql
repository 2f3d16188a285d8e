-- Creates what a vendor is asked about: a line for each reason to dispute a row, and what the sender raised costs by.
-- takes: nothing
-- returns: nothing
CREATE TABLE disputes (
  row INTEGER NOT NULL,
  turn INTEGER NOT NULL, -- of several reasons the least counts, the others are named beside it
  reason TEXT NOT NULL,
  amount INTEGER NOT NULL, -- what is disputed, in ten-thousandths
  other_row INTEGER, -- the row, or the cost, that was billed for the same call or for an earlier one of the caller
  other_cost INTEGER,
  PRIMARY KEY (row, turn)
) WITHOUT ROWID;
CREATE TABLE raises (
  cost_id INTEGER PRIMARY KEY,
  raised INTEGER NOT NULL
);
