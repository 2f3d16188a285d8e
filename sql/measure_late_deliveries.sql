-- Counts what was billed so many milliseconds after it came, or later, and tells the longest time. Reads all rows of the
-- range of time.
-- takes: since, milliseconds
-- returns: deliveries, longest
SELECT
  COUNT(*) AS deliveries, COALESCE(MAX(milliseconds), 0) AS longest
FROM deliveries
WHERE received >= %(since)s
  AND milliseconds >= %(milliseconds)s
