-- Finds the number of the last row.
-- takes: nothing
-- returns: last
SELECT
  MAX(row) AS last
FROM invoice
