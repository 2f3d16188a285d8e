-- Finds the first and the last moment that the file speaks of.
-- takes: nothing
-- returns: since, until
SELECT
  MIN(since) AS since, MAX(until) AS until
FROM invoice
