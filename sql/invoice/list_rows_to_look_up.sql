-- Lists the next rows of the period after a row whose call is to be looked up.
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
ORDER BY row
LIMIT :at_most
