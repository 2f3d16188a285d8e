-- Disputes the costs of a call that an earlier cost has billed: the same call in the call log, or the same pair and second.
-- takes: nothing
-- returns: nothing
INSERT OR IGNORE INTO disputes (row, turn, reason, amount, other_cost)
SELECT i.row, 1, 'billed_twice', i.cost, s.first
FROM (
  SELECT cost_id, FIRST_VALUE(cost_id) OVER (PARTITION BY cid, did, COALESCE(billed_call, call_log_id) ORDER BY cost_id) AS first
  FROM received
  WHERE cost > 0
    AND COALESCE(billed_call, call_log_id) IS NOT NULL
  UNION ALL
  SELECT cost_id, FIRST_VALUE(cost_id) OVER (PARTITION BY cid, did, called ORDER BY cost_id) AS first
  FROM received
  WHERE cost > 0
) AS s
JOIN invoice AS i ON i.row = s.cost_id
WHERE s.first < s.cost_id
