-- Lists all API keys for the operator, without their hashes.
-- takes: nothing
-- returns: api_id, name, version, enabled, scope, endpoints, ip_addresses, time_zone, sender, on_change, created, last_used, old_until, old_last_used, failed, failed_from
SELECT
  api_id, name, version, enabled, scope, endpoints, ip_addresses, time_zone, sender, on_change, created, last_used,
  old_until, old_last_used, failed, failed_from
FROM api_keys
ORDER BY api_id
