-- Lists the differences of one kind, in the order of the file; at_most -1 lists all.
-- takes: kind, at_most
-- returns: kind, row, cost_id, call_id, did, cid, since, until, called, cost, received, difference, seconds, problem, nearby
SELECT
  kind, row, cost_id, call_id, did, cid, since, until, called, cost, received, difference, seconds, problem, nearby
FROM findings
WHERE kind = :kind
ORDER BY row, called, cost_id
LIMIT :at_most
