-- Finds the first and the last time in the file.
-- takes: nothing
-- returns: since, until
SELECT
  MIN(since) AS since, MAX(until) AS until
FROM invoice
