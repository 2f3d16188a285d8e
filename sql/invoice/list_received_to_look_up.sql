-- Lists the next received costs after a cost id that have no row although a row of their pair has no cost.
-- takes: behind, at_most
-- returns: search, did, cid, called
SELECT
  r.cost_id AS search, r.did, r.cid, r.called
FROM received AS r
WHERE r.cost_id > :behind
  AND r.cost_id NOT IN (SELECT cost_id FROM matches)
  AND EXISTS (
    SELECT 1
    FROM invoice AS i
    WHERE i.cid = r.cid
      AND i.did = r.did
      AND i.row NOT IN (SELECT row FROM matches)
  )
ORDER BY r.cost_id
LIMIT :at_most
