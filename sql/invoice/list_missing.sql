-- Lists the rows that were never received, oldest call first, so that a lead ends with the cost of its last call.
-- takes: nothing
-- returns: row, call_id, did, cid, call_date, date_billed, notes, cost, is_day, nearby, doubt
SELECT
  COALESCE(i.place, i.row) AS row, i.call_id, i.did, i.cid, i.call_date, i.date_billed, i.notes, i.cost, i.since < i.until AS is_day, f.nearby,
  i.doubt
FROM invoice AS i
JOIN findings AS f
  ON f.row = i.row
  AND f.kind = 'never_received'
WHERE i.kind = 'never_received'
ORDER BY i.since, i.row
