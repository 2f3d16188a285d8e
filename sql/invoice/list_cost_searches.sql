-- Lists the next costs after one whose call is to be looked up.
-- takes: behind, at_most
-- returns: search, did, cid, called
SELECT
  search, did, cid, called
FROM searches
WHERE search > :behind
ORDER BY search
LIMIT :at_most
