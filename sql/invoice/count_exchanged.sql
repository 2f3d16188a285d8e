-- Counts the rows of which a received cost has the caller and the amount, on the day that the date names if its day and
-- month are exchanged.
-- takes: nothing
-- returns: number
SELECT
  COUNT(*) AS number
FROM invoice AS i
WHERE i.cost > 0
  AND STRFTIME('%m', i.since, 'unixepoch') <> STRFTIME('%d', i.since, 'unixepoch')
  AND EXISTS (
    SELECT 1
    FROM received AS r
    WHERE r.cid = i.cid
      AND r.cost = i.cost
      AND STRFTIME('%Y-%m-%d', r.called, 'unixepoch') = STRFTIME('%Y-%d-%m', i.since, 'unixepoch')
  )
