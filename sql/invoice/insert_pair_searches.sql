-- Notes the received costs whose call may be that of another cost, to be looked up: those of a pair that has another one
-- no further away than a call is searched for.
-- takes: before
-- returns: nothing
INSERT INTO searches (search, did, cid, called)
SELECT
  cost_id, did, cid, called
FROM (
  SELECT cost_id, did, cid, called, called - LAG(called) OVER pair AS since_last, LEAD(called) OVER pair - called AS until_next
  FROM received
  WHERE cost > 0
  WINDOW pair AS (PARTITION BY cid, did ORDER BY called, cost_id)
)
WHERE since_last <= :before
  OR until_next <= :before
