-- Disputes the calls of a caller who was billed before, on any DID, within so many seconds. Each call counts once: a cost by
-- the row that it is matched with, and not at all where it may be that of a row which has only just missed it.
-- takes: within
-- returns: nothing
INSERT INTO disputes (row, turn, reason, amount, other_row, other_cost)
SELECT row, 4, 'repeat_caller', cost, last_row, last_cost
FROM (
  SELECT
    row, cost, kind, called - LAG(called) OVER caller AS distance, LAG(row) OVER caller AS last_row, LAG(cost_id) OVER caller AS last_cost
  FROM (
    SELECT
      i.row, i.cost, i.kind, i.cid, i.cost_id, CASE WHEN i.since = i.until THEN i.since ELSE COALESCE(r.called, i.since) END AS called
    FROM invoice AS i
    LEFT JOIN received AS r ON r.cost_id = i.cost_id
    WHERE i.cost > 0
      AND i.cid IS NOT NULL
      AND i.since IS NOT NULL
      AND i.row NOT IN (SELECT row FROM disputes WHERE reason = 'billed_twice')
    UNION ALL
    SELECT NULL, r.cost, 'received', r.cid, r.cost_id, r.called
    FROM received AS r
    WHERE r.cost > 0
      AND r.cost_id NOT IN (SELECT cost_id FROM matches)
      AND NOT EXISTS (
        SELECT 1
        FROM invoice AS i
        WHERE i.cid = r.cid
          AND i.cost = r.cost
          AND i.kind = 'never_received'
          AND r.called BETWEEN i.since - 86400 AND i.until + 86400
      )
  )
  WINDOW caller AS (PARTITION BY cid ORDER BY called, row IS NOT NULL, row, cost_id)
)
WHERE row IS NOT NULL
  AND kind <> 'outside'
  AND distance <= :within
