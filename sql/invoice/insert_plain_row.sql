-- Stages a row of the export that has nothing special: to bind a blank for each of the other columns takes half as long again.
-- takes: row, call_id, did, cid, since, until, call_date, notes, cost
-- returns: nothing
INSERT INTO invoice
  (row, call_id, did, cid, since, until, call_date, notes, cost, blank)
VALUES
  (:row, :call_id, :did, :cid, :since, :until, :call_date, :notes, :cost, 0)
