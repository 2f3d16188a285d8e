-- Lists the costs of one key whose calls came in a period, among a range of cost ids. Goes through the primary key, a short
-- range a statement: a dialer's own table has no index that fits, and one more would slow every delivery down.
-- takes: first, last, method_id, since, until
-- returns: cost_id, call_date, call_from, call_to, cost, notes
SELECT
  cost_id, call_date, call_from, call_to, cost, notes
FROM call_costs
WHERE cost_id BETWEEN %(first)s AND %(last)s
  AND method = 'ingress'
  AND method_id = %(method_id)s
  AND call_date >= %(since)s
  AND call_date < %(until)s
