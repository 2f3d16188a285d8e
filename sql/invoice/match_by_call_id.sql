-- Matches rows and costs by the platform's id of the call: the cost has it as idempotency key, else as notes.
-- takes: nothing
-- returns: nothing
INSERT OR IGNORE INTO matches (row, cost_id)
SELECT row, cost_id
FROM (
  SELECT i.row, r.cost_id, 0 AS by_notes
  FROM invoice AS i
  JOIN received AS r ON r.call_id = i.call_id
  WHERE i.cost >= 0
    AND NOT i.twin
  UNION ALL
  SELECT i.row, r.cost_id, 1
  FROM invoice AS i
  JOIN received AS r ON r.notes = i.call_id
  WHERE i.cost >= 0
    AND NOT i.twin
)
ORDER BY by_notes, row, cost_id
