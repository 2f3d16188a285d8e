-- Counts what came in within a range of time, by key and outcome, and sums its cost. Reads one range of the index
-- received, which covers it.
-- takes: since, until
-- returns: api_id, outcome, deliveries, cost
SELECT
  api_id, outcome, COUNT(*) AS deliveries, SUM(cost) AS cost
FROM deliveries
WHERE received >= %(since)s
  AND received < %(until)s
GROUP BY api_id, outcome
