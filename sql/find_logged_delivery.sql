-- Finds one delivery by its id, with all its columns.
-- takes: delivery_id
-- returns: delivery_id, request_id, api_id, name, ip_address, received, sent, outcome, status, error, milliseconds, delivery_key, call_from, call_to, cost, call_date, cost_id, call_log_id, lead_id, vendor_id, account_id, updated, first_contact, duplicate_of, replay_of, matched
SELECT
  d.delivery_id, d.request_id, d.api_id, k.name, d.ip_address, d.received, d.sent, d.outcome, d.status, d.error,
  d.milliseconds, d.delivery_key, d.call_from, d.call_to, d.cost, d.call_date, d.cost_id, d.call_log_id, d.lead_id,
  d.vendor_id, d.account_id, d.updated, d.first_contact, d.duplicate_of, d.replay_of, d.matched
FROM deliveries AS d
LEFT JOIN api_keys AS k ON k.api_id = d.api_id
WHERE d.delivery_id = %(delivery_id)s
