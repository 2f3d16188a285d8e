-- Finds the delivery that has claimed a key, what it stands for, and what billing found out.
-- takes: api_id, delivery_key
-- returns: delivery_id, fingerprint, answered, cost_id, call_log_id, lead_id, vendor_id, account_id, updated, first_contact
SELECT
  delivery_id, fingerprint, answered, cost_id, call_log_id, lead_id, vendor_id, account_id, updated, first_contact
FROM deliveries
WHERE api_id = %(api_id)s
  AND delivery_key = %(delivery_key)s
