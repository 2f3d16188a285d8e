-- Finds the delivery that has inserted a cost, and the lead that its call was found to have. Goes through the index
-- (call_from, received), for the log has none on cost_id: a caller has few deliveries.
-- takes: call_from, cost_id
-- returns: delivery_id, call_log_id, lead_id, vendor_id, account_id
SELECT
  delivery_id, call_log_id, lead_id, vendor_id, account_id
FROM deliveries
WHERE call_from = %(call_from)s
  AND cost_id = %(cost_id)s
  AND outcome IN ('billed', 'unmatched')
