-- Finds what a delivery was, and what billing it found out.
-- takes: api_id, delivery_key
-- returns: fingerprint, sent, cost_id, lead_id, vendor_id, account_id, updated, first_contact
SELECT
  fingerprint, sent, cost_id, lead_id, vendor_id, account_id, updated, first_contact
FROM deliveries
WHERE api_id = %(api_id)s
  AND delivery_key = %(delivery_key)s
