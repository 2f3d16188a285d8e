-- Finds the API key of an id, enabled or not.
-- takes: api_id
-- returns: api_id, key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, on_change, last_used, failed, sign_outs, sender, old_key_hash, old_until, old_last_used
SELECT
  api_id, key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, on_change, last_used, failed,
  sign_outs, sender, old_key_hash, old_until, old_last_used
FROM api_keys
WHERE api_id = %(api_id)s
