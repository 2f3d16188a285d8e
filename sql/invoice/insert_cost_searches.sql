-- Notes the received costs whose call is to be looked up: those of each pair of which a row has found no cost.
-- takes: nothing
-- returns: nothing
INSERT INTO searches (search, did, cid, called)
SELECT
  r.cost_id, r.did, r.cid, r.called
FROM (
  SELECT DISTINCT cid, did
  FROM invoice
  WHERE cost >= 0
    AND NOT twin
    AND row NOT IN (SELECT row FROM matches)
) AS pair
CROSS JOIN received AS r
  ON r.cid = pair.cid
  AND r.did = pair.did
