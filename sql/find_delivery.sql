-- Finds the delivery that has claimed a key, what the key stands for, the amount that it was billed with and the one that
-- its cost has now (NULL if the cost is gone), and what billing found out.
-- takes: api_id, delivery_key
-- returns: delivery_id, fingerprint, answered, first_cost, present_cost, cost_id, call_log_id, lead_id, vendor_id, account_id, updated, first_contact
SELECT
  d.delivery_id, d.fingerprint, d.answered, d.cost AS first_cost, c.cost AS present_cost, d.cost_id,
  d.call_log_id, d.lead_id, d.vendor_id, d.account_id, d.updated, d.first_contact
FROM deliveries AS d
LEFT JOIN call_costs AS c ON c.cost_id = d.cost_id
WHERE d.api_id = %(api_id)s
  AND d.delivery_key = %(delivery_key)s
