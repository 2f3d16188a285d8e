-- Counts the rows that were never received although a cost of the same caller and amount is left within a day.
-- takes: nothing
-- returns: number
SELECT
  COUNT(*) AS number
FROM findings
WHERE kind = 'never_received'
  AND nearby IS NOT NULL
