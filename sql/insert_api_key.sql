-- Creates an API key; the new id is the statement's last insert id.
-- takes: key_hash, name, scope, endpoints, ip_addresses, time_zone, sender, on_change, created
-- returns: nothing
INSERT INTO api_keys
  (key_hash, name, version, enabled, scope, endpoints, ip_addresses, time_zone, sender, on_change, created)
VALUES
  (%(key_hash)s, %(name)s, 'v1', 1, %(scope)s, %(endpoints)s, %(ip_addresses)s, %(time_zone)s, %(sender)s,
   %(on_change)s, %(created)s)
