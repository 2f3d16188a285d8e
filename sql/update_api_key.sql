-- Changes what is given of an API key: NULL leaves a value as it is, and a blank takes it away. An old secret can only end
-- sooner. One statement, so that two people who change different values at once lose nothing.
-- takes: api_id, name, endpoints, ip_addresses, time_zone, sender, on_change, old_until
-- returns: nothing
UPDATE api_keys
SET
  name = COALESCE(%(name)s, name),
  endpoints = NULLIF(COALESCE(%(endpoints)s, endpoints), ''),
  ip_addresses = NULLIF(COALESCE(%(ip_addresses)s, ip_addresses), ''),
  time_zone = NULLIF(COALESCE(%(time_zone)s, time_zone), ''),
  sender = NULLIF(COALESCE(%(sender)s, sender), ''),
  on_change = COALESCE(%(on_change)s, on_change),
  old_until = LEAST(old_until, COALESCE(%(old_until)s, old_until))
WHERE api_id = %(api_id)s
