-- Lists what the newest deliveries of an outcome report of their calls. Goes backwards through the index (outcome, received),
-- which is forced as in list_unmatched_deliveries, so it reads no more rows than it returns.
-- takes: outcome, since, at_most
-- returns: received, api_id, call_from, call_to, call_date
SELECT
  received, api_id, call_from, call_to, call_date
FROM deliveries FORCE INDEX (outcome)
WHERE outcome = %(outcome)s
  AND received >= %(since)s
ORDER BY
  received DESC,
  delivery_id DESC
LIMIT %(at_most)s
