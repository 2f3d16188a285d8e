-- Finds the time of the last row, and counts the received costs that are later and not on the invoice.
-- takes: nothing
-- returns: last, number
SELECT
  last, (SELECT COUNT(*) FROM received WHERE kind = 'not_on_invoice' AND called > last) AS number
FROM (
  SELECT
    MAX(until) AS last
  FROM invoice
)
