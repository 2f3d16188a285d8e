-- Stages a row of the export.
-- takes: row, call_id, did, cid, since, until, call_date, date_billed, notes, cost, blank, problem, place, remark
-- returns: nothing
INSERT INTO invoice
  (row, call_id, did, cid, since, until, call_date, date_billed, notes, cost, blank, problem, place, remark)
VALUES
  (:row, :call_id, :did, :cid, :since, :until, :call_date, :date_billed, :notes, :cost, :blank, :problem, :place, :remark)
