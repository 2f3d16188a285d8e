-- Counts all rows by kind, with the sum that they bill.
-- takes: nothing
-- returns: kind, number, amount
SELECT
  kind, COUNT(*) AS number, COALESCE(SUM(cost), 0) AS amount
FROM invoice
GROUP BY kind
