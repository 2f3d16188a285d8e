-- Lists, among a range of cost ids, what one key has raised their amounts by in all. Changes by hand have no delivery. Goes
-- through the index cost_id of the history, a short range a statement.
-- takes: first, last, method_id
-- returns: cost_id, raised
SELECT
  cost_id, CAST(SUM(cost_to - cost_from) * 10000 AS SIGNED) AS raised
FROM cost_changes
WHERE cost_id BETWEEN %(first)s AND %(last)s
  AND api_id = %(method_id)s
  AND delivery_id IS NOT NULL
GROUP BY cost_id
HAVING SUM(cost_to - cost_from) > 0
