-- Counts the received costs by kind, with their sum.
-- takes: nothing
-- returns: kind, number, amount
SELECT
  kind, COUNT(*) AS number, COALESCE(SUM(cost), 0) AS amount
FROM received
GROUP BY kind
