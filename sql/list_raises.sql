-- Lists, among a range of cost ids, by how much one key has raised them, less what people have taken back. Goes through the
-- index cost_id of the history, a short range a statement.
-- takes: first, last, method_id
-- returns: cost_id, raised
SELECT
  cost_id, CAST(LEAST(SUM(cost_to - cost_from), SUM(CASE api_id WHEN %(method_id)s THEN cost_to - cost_from ELSE 0 END)) * 10000 AS SIGNED) AS raised
FROM cost_changes
WHERE cost_id BETWEEN %(first)s AND %(last)s
GROUP BY cost_id
HAVING raised > 0
