-- Lists the next rows of the period after a row whose call is to be looked up: those without a cost, and those whose cost
-- has no call under its own time; all of them if the length of the calls counts.
-- takes: behind, since, until, at_most
-- returns: search, did, cid, called
SELECT
  row AS search, did, cid, until AS called
FROM invoice
WHERE row > :behind
  AND cost > 0
  AND did IS NOT NULL
  AND cid IS NOT NULL
  AND until >= :since
  AND since < :until
  AND (
    (SELECT min_seconds FROM settings) > 0
    OR NOT EXISTS (SELECT 1 FROM matches AS m JOIN received AS r ON r.cost_id = m.cost_id WHERE m.row = invoice.row AND r.has_call)
  )
ORDER BY row
LIMIT :at_most
