-- Finds a billed delivery of the same lead that came in later than a given one. Request ids begin with the time in
-- milliseconds, so they order what came within one second. The lead must be locked, or another delivery may come.
-- takes: lead_id, received, request_id
-- returns: delivery_id
SELECT
  delivery_id
FROM deliveries
WHERE lead_id = %(lead_id)s
  AND (received > %(received)s OR (received = %(received)s AND request_id > %(request_id)s))
LIMIT 1
