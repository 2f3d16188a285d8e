-- Lists the adjustments below zero of which no cost is known to be lowered, and why.
-- takes: nothing
-- returns: row, reason
SELECT
  COALESCE(place, row) AS row, 'no received cost to lower: run it again if its call is booked now' AS reason
FROM invoice
WHERE kind = 'adjustment'
  AND cost_id IS NULL
ORDER BY invoice.row
