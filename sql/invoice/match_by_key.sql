-- Matches rows and costs by the platform's id of the call, where the cost has it as idempotency key. Of a call id, only
-- one row is no twin; it gets the first cost. CROSS JOIN keeps the order: each cost looks into the index of the rows.
-- takes: nothing
-- returns: nothing
INSERT OR IGNORE INTO matches (row, cost_id)
SELECT i.row, r.cost_id
FROM received AS r
CROSS JOIN invoice AS i ON i.call_id = r.call_id
WHERE i.cost >= 0
  AND NOT i.twin
ORDER BY r.cost_id
