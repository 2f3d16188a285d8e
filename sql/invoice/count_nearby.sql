-- Counts the rows that were never received although an unmatched cost of the same caller and amount is within a day.
-- takes: nothing
-- returns: number
SELECT
  COUNT(*) AS number
FROM findings
WHERE kind = 'never_received'
  AND nearby IS NOT NULL
