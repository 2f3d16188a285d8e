-- Lists the entries that came next after another, of those that do not rest.
-- takes: after, now, batch
-- returns: entry_id, request_id, api_id, ip_address, received, sent, tries, error
SELECT
  entry_id, request_id, api_id, ip_address, received, sent, tries, error
FROM entries
WHERE entry_id > :after
  AND rests_until <= :now
ORDER BY entry_id
LIMIT :batch
