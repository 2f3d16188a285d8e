-- Replaces the secret of an API key; the old one stops working at once.
-- takes: api_id, key_hash
-- returns: nothing
UPDATE api_keys
SET key_hash = %(key_hash)s
WHERE api_id = %(api_id)s
