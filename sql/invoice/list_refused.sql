-- Lists the rows that cannot be booked, and why.
-- takes: nothing
-- returns: row, reason
SELECT
  COALESCE(place, row) AS row, COALESCE(problem, 'an adjustment below zero is no call') AS reason
FROM invoice
WHERE kind IN ('unreadable', 'without_cost', 'adjustment')
ORDER BY invoice.row
