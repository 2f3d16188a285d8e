-- Finds the API key of an id, enabled or not.
-- takes: api_id
-- returns: api_id, key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, on_change, last_used, failed, sign_outs
SELECT
  api_id, key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, on_change, last_used, failed, sign_outs
FROM api_keys
WHERE api_id = %(api_id)s
