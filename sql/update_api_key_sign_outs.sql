-- Ends the console sessions of an API key: each one holds the count with which it began.
-- takes: api_id
-- returns: nothing
UPDATE api_keys
SET sign_outs = sign_outs + 1
WHERE api_id = %(api_id)s
