-- Finds the cost that an adjustment below zero lowers by its pair of numbers within the tolerance, the nearest in time.
-- takes: tolerance
-- returns: nothing
INSERT OR IGNORE INTO credits (row, cost_id)
SELECT i.row, r.cost_id
FROM invoice AS i
JOIN received AS r
  ON r.cid = i.cid
  AND r.did = i.did
  AND r.called BETWEEN i.since - :tolerance AND i.until + :tolerance
WHERE i.cost < 0
ORDER BY MAX(i.since - r.called, r.called - i.until, 0), i.row, r.cost_id
