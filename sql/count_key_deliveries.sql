-- Counts what came from a key within a range of time. Reads one range of the index api_id, which covers it.
-- takes: api_id, since, until
-- returns: deliveries
SELECT
  COUNT(*) AS deliveries
FROM deliveries
WHERE api_id = %(api_id)s
  AND received >= %(since)s
  AND received < %(until)s
