-- Lists all entries in order of arrival.
-- takes: nothing
-- returns: entry_id, request_id, api_id, ip_address, received, sent, tries, error
SELECT
  entry_id, request_id, api_id, ip_address, received, sent, tries, error
FROM entries
ORDER BY entry_id
