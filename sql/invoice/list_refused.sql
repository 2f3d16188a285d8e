-- Lists the rows that cannot be booked, and why; adjustments below zero only if they are not booked as corrections.
-- takes: corrections
-- returns: row, reason
SELECT
  COALESCE(place, row) AS row, COALESCE(problem, 'an adjustment below zero is no call') AS reason
FROM invoice
WHERE kind IN ('unreadable', 'without_cost')
  OR (kind = 'adjustment' AND NOT :corrections)
ORDER BY invoice.row
