-- Finds the cost that an adjustment below zero lowers by the platform's id of the call, which the cost has as idempotency key.
-- takes: nothing
-- returns: nothing
INSERT OR IGNORE INTO credits (row, cost_id)
SELECT i.row, r.cost_id
FROM received AS r
CROSS JOIN invoice AS i ON i.call_id = r.call_id
WHERE i.cost < 0
ORDER BY r.cost_id
