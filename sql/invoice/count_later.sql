-- Finds the time of the last row, and counts the costs that came in after it and are not on the invoice.
-- takes: nothing
-- returns: last, number
SELECT
  (SELECT MAX(until) FROM invoice) AS last,
  COUNT(*) AS number
FROM received
WHERE kind = 'not_on_invoice'
  AND called > (SELECT MAX(until) FROM invoice)
