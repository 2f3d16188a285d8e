-- Lists the rows that change a cost, cost after cost: first the row that has another amount, then the credits. `billed` is
-- what the row of the call says, NULL if the file has none, and `credited` the sum of all credits of the cost.
-- takes: nothing
-- returns: row, cost_id, cost, received, billed, credited
SELECT
  COALESCE(i.place, i.row) AS row, i.cost_id, i.cost, r.cost AS received,
  (SELECT b.cost FROM matches AS m JOIN invoice AS b ON b.row = m.row WHERE m.cost_id = i.cost_id) AS billed,
  (
    SELECT COALESCE(SUM(a.cost), 0)
    FROM credits AS c
    JOIN invoice AS a ON a.row = c.row
    WHERE c.cost_id = i.cost_id
      AND a.kind = 'adjustment'
  ) AS credited
FROM invoice AS i
JOIN received AS r ON r.cost_id = i.cost_id
WHERE i.kind IN ('different_amount', 'adjustment')
ORDER BY i.cost_id, i.cost < 0, i.row
