-- Lists the differences of one kind, in the order of the file; at_most -1 lists all.
-- takes: kind, at_most
-- returns: kind, row, cost_id, call_id, did, cid, since, until, called, cost, received, difference, seconds, problem, nearby
SELECT
  f.kind, COALESCE(i.place, f.row) AS row, f.cost_id, f.call_id, f.did, f.cid, f.since, f.until, f.called, f.cost, f.received, f.difference, f.seconds,
  COALESCE(f.problem, i.remark) AS problem, f.nearby
FROM findings AS f
LEFT JOIN invoice AS i ON i.row = f.row
WHERE f.kind = :kind
ORDER BY f.row, f.called, f.cost_id
LIMIT :at_most
