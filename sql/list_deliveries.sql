-- Lists deliveries, newest first, from a place in the log (received, delivery_id) backwards; a filter that is NULL filters
-- nothing. To the server it is a constant and costs nothing, so each page is a short walk backwards through the index of
-- the filter that is given, or through the index received. The index is forced: otherwise MariaDB enters it at its end and
-- walks through all newer rows, 300,000 in a log of a million.
-- takes: since, before, before_id, api_id, outcome, call_to, call_from, request_id, at_most
-- returns: delivery_id, request_id, received, api_id, name, outcome, status, error, call_from, call_to, cost, call_date, milliseconds
SELECT
  d.delivery_id, d.request_id, d.received, d.api_id, k.name, d.outcome, d.status, d.error, d.call_from, d.call_to, d.cost,
  d.call_date, d.milliseconds
FROM deliveries AS d FORCE INDEX (received, request_id, outcome, api_id, call_from, call_to)
LEFT JOIN api_keys AS k ON k.api_id = d.api_id
WHERE d.received >= %(since)s
  AND d.received <= %(before)s
  AND (d.received < %(before)s OR d.delivery_id < %(before_id)s)
  AND (%(api_id)s IS NULL OR d.api_id = %(api_id)s)
  AND (%(outcome)s IS NULL OR d.outcome = %(outcome)s)
  AND (%(call_to)s IS NULL OR d.call_to = %(call_to)s)
  AND (%(call_from)s IS NULL OR d.call_from = %(call_from)s)
  AND (%(request_id)s IS NULL OR d.request_id = %(request_id)s)
ORDER BY d.received DESC, d.delivery_id DESC
LIMIT %(at_most)s
