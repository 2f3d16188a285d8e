-- Finds one cost that came through this service.
-- takes: cost_id
-- returns: cost_id, date_billed, cost, method_id, ip_address, call_date, call_from, call_to, notes
SELECT
  cost_id, date_billed, cost, method_id, ip_address, call_date, call_from, call_to, notes
FROM call_costs
WHERE cost_id = %(cost_id)s
  AND method = 'ingress'
