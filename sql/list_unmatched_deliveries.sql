-- Lists the next billed deliveries whose call was not found, oldest first, after the last one of the previous list. The
-- index (outcome, received) ends with the primary key, so it is entered at that delivery. It is forced: otherwise MariaDB
-- enters it at the very first unmatched delivery and skips through half a million of them in 300 ms.
-- takes: since, delivery_id, until
-- returns: delivery_id, request_id, received, call_from, call_to, cost, call_date, cost_id
SELECT
  delivery_id, request_id, received, call_from, call_to, cost, call_date, cost_id
FROM deliveries FORCE INDEX (outcome)
WHERE outcome = 'unmatched'
  AND received <= %(until)s
  AND (received > %(since)s OR (received = %(since)s AND delivery_id > %(delivery_id)s))
ORDER BY
  received,
  delivery_id
LIMIT 500
