-- Lists the sender's own keys of one API key's billed deliveries, with their calls and the vendors of their leads, received
-- from a time on and, within its second, after a delivery. Goes through the index (api_id, received).
-- takes: api_id, since, behind, at_most
-- returns: delivery_id, received, cost_id, delivery_key, call_log_id, vendor_id
SELECT
  delivery_id, received, cost_id, delivery_key, call_log_id, vendor_id
FROM deliveries
WHERE api_id = %(api_id)s
  AND received >= %(since)s
  AND (received > %(since)s OR delivery_id > %(behind)s)
ORDER BY received, delivery_id
LIMIT %(at_most)s
