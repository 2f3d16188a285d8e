-- Finds the API key of an id, enabled or not.
-- takes: api_id
-- returns: api_id, key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, on_change, last_used, failed, sign_outs, sender
SELECT
  api_id, key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, on_change, last_used, failed,
  sign_outs, sender
FROM api_keys
WHERE api_id = %(api_id)s
