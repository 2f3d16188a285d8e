-- Stages a row of the export.
-- takes: row, call_id, did, cid, since, until, call_date, date_billed, notes, cost, blank, problem
-- returns: nothing
INSERT INTO invoice
  (row, call_id, did, cid, since, until, call_date, date_billed, notes, cost, blank, problem)
VALUES
  (:row, :call_id, :did, :cid, :since, :until, :call_date, :date_billed, :notes, :cost, :blank, :problem)
