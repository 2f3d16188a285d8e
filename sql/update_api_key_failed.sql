-- Stores the last attempt with a wrong secret: one place per key, which no stranger can fill.
-- takes: api_id, failed, failed_from
-- returns: nothing
UPDATE api_keys
SET
  failed = %(failed)s,
  failed_from = %(failed_from)s
WHERE api_id = %(api_id)s
