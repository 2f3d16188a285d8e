-- Notes the received costs whose call may be that of another cost, to be looked up: those of which the delivery log knows no
-- call, and whose pair has another cost no further away than a call may be from the time that a sender gives for it.
-- takes: after
-- returns: nothing
INSERT INTO searches (search, did, cid, called)
SELECT
  cost_id, did, cid, called
FROM (
  SELECT
    cost_id, did, cid, called, billed_call, called - LAG(called) OVER pair AS since_last, LEAD(called) OVER pair - called AS until_next
  FROM received
  WHERE cost > 0
  WINDOW pair AS (PARTITION BY cid, did ORDER BY called, cost_id)
)
WHERE billed_call IS NULL
  AND (since_last <= :after OR until_next <= :after)
