-- Counts the differences by kind; amount is the sum of those rows, difference is what they add to the invoice.
-- takes: nothing
-- returns: kind, number, amount, difference
SELECT
  kind, COUNT(*) AS number, SUM(COALESCE(cost, received, 0)) AS amount, SUM(difference) AS difference
FROM findings
GROUP BY kind
