-- Lists the next entries after a given one, without those that back off.
-- takes: after, now, batch
-- returns: entry_id, request_id, api_id, ip_address, received, sent, tries, error
SELECT
  entry_id, request_id, api_id, ip_address, received, sent, tries, error
FROM entries
WHERE entry_id > :after
  AND waits_until <= :now
ORDER BY entry_id
LIMIT :batch
