-- Reads the present amount of a cost and locks its row until the transaction ends: the second lock of every change.
-- takes: cost_id
-- returns: cost
SELECT
  cost
FROM call_costs
WHERE cost_id = %(cost_id)s
FOR UPDATE
