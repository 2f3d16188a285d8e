-- Switches an API key on or off.
-- takes: api_id, enabled
-- returns: nothing
UPDATE api_keys
SET enabled = %(enabled)s
WHERE api_id = %(api_id)s
