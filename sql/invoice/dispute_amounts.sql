-- Disputes what the rows of an invoice bill beyond, or short of, the cost that came in.
-- takes: nothing
-- returns: nothing
INSERT INTO disputes (row, turn, reason, amount, other_cost)
SELECT i.row, 5, i.kind, i.cost - r.cost, r.cost_id
FROM invoice AS i
JOIN received AS r ON r.cost_id = i.cost_id
WHERE i.kind = 'different_amount'
  AND i.cost > 0
