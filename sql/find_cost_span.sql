-- Finds the first and the last cost id, NULL where there is none; both are ends of the primary key.
-- takes: nothing
-- returns: first, last
SELECT
  MIN(cost_id) AS first, MAX(cost_id) AS last
FROM call_costs
