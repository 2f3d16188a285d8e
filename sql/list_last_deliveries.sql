-- Lists what came from a key last, newest first; dry runs and what was imported from an invoice are left out. A walk
-- backwards through the index api_id.
-- takes: api_id, since, until, at_most
-- returns: received, outcome, error
SELECT
  received, outcome, error
FROM deliveries
WHERE api_id = %(api_id)s
  AND received >= %(since)s
  AND received <= %(until)s
  AND outcome <> 'dry_run'
  AND LOCATE('"imported_from"', sent) = 0
ORDER BY received DESC, delivery_id DESC
LIMIT %(at_most)s
