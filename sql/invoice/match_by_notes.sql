-- Matches the remaining rows and costs by the platform's id of the call, where the cost has it as notes.
-- takes: nothing
-- returns: nothing
INSERT OR IGNORE INTO matches (row, cost_id)
SELECT i.row, r.cost_id
FROM received AS r
CROSS JOIN invoice AS i ON i.call_id = r.notes
WHERE i.cost >= 0
  AND NOT i.twin
ORDER BY r.cost_id
