-- Lists all API keys for the operator, without their hashes.
-- takes: nothing
-- returns: api_id, name, version, enabled, scope, endpoints, ip_addresses, time_zone, sender, on_change, created, last_used
SELECT
  api_id, name, version, enabled, scope, endpoints, ip_addresses, time_zone, sender, on_change, created, last_used
FROM api_keys
ORDER BY api_id
