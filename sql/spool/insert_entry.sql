-- Adds an entry at the end, unless the queue is full.
-- takes: request_id, api_id, ip_address, received, sent, rows
-- returns: nothing
INSERT INTO entries
  (request_id, api_id, ip_address, received, sent)
SELECT
  :request_id, :api_id, :ip_address, :received, :sent
WHERE (SELECT COUNT(*) FROM entries) < :rows
