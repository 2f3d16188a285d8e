-- Counts the rows that bill a call, and those of them that agree with their cost.
-- takes: nothing
-- returns: agreeing, number
SELECT
  COUNT(*) FILTER (WHERE kind = 'same') AS agreeing, COUNT(*) AS number
FROM invoice
WHERE cost > 0
  AND kind IN ('same', 'different_amount', 'never_received')
