-- Stores when a key was last used, for the secret that came: the present or the old one, whichever has this hash by now. So a
-- use that a rotation overtakes is never noted for the new secret. Outside the request's transaction, so that senders never
-- wait for each other here.
-- takes: api_id, key_hash, last_used
-- returns: nothing
UPDATE api_keys
SET
  last_used = IF(key_hash = %(key_hash)s, %(last_used)s, last_used),
  old_last_used = IF(old_key_hash = %(key_hash)s, %(last_used)s, old_last_used)
WHERE api_id = %(api_id)s
