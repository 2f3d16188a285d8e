-- Counts the rows that bill a call, and those of them that have found their cost.
-- takes: nothing
-- returns: agreeing, number
SELECT
  COUNT(*) FILTER (WHERE kind IN ('same', 'different_amount')) AS agreeing, COUNT(*) AS number
FROM invoice
WHERE cost > 0
  AND kind IN ('same', 'different_amount', 'never_received')
