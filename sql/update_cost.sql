-- Gives a cost another amount; its history is written by insert_cost_change in the same transaction.
-- takes: cost_id, cost
-- returns: nothing
UPDATE call_costs
SET cost = %(cost)s
WHERE cost_id = %(cost_id)s
