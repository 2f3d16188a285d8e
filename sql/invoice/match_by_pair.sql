-- Matches the remaining rows and costs of the same pair of numbers within the tolerance: the nearest first, then the
-- equal amount; rows that bill nothing come last, so that they take no cost from a row that bills.
-- takes: tolerance
-- returns: nothing
INSERT OR IGNORE INTO matches (row, cost_id)
SELECT i.row, r.cost_id
FROM invoice AS i
JOIN received AS r
  ON r.cid = i.cid
  AND r.did = i.did
  AND r.called BETWEEN i.since - :tolerance AND i.until + :tolerance
WHERE i.cost >= 0
  AND NOT i.twin
  AND i.row NOT IN (SELECT row FROM matches)
  AND r.cost_id NOT IN (SELECT cost_id FROM matches)
ORDER BY i.cost = 0, MAX(i.since - r.called, r.called - i.until, 0), ABS(i.cost - r.cost), i.row, r.cost_id
