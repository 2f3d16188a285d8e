-- Counts what came in by time and outcome, in steps of so many seconds, numbered from 0. Reads one range of the index
-- received, which covers it.
-- takes: since, until, seconds
-- returns: step, outcome, deliveries, cost
SELECT
  TIMESTAMPDIFF(SECOND, %(since)s, received) DIV %(seconds)s AS step, outcome, COUNT(*) AS deliveries, SUM(cost) AS cost
FROM deliveries
WHERE received >= %(since)s
  AND received < %(until)s
GROUP BY step, outcome
