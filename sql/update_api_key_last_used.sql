-- Stores when a key was last used; outside the request's transaction, so that senders never wait for each other here.
-- takes: api_id, last_used
-- returns: nothing
UPDATE api_keys
SET last_used = %(last_used)s
WHERE api_id = %(api_id)s
