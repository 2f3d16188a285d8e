-- Finds what was answered to a delivery.
-- takes: api_id, delivery_key
-- returns: fingerprint, answer
SELECT
  fingerprint, answer
FROM deliveries
WHERE api_id = %(api_id)s
  AND delivery_key = %(delivery_key)s
