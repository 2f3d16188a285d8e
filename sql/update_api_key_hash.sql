-- Replaces the secret of an API key; the present one becomes the old one, which passes until a time. Does nothing if the
-- present secret is another than expected: of two people who rotate at once one succeeds, and no secret that was promised
-- to pass is lost. The assignments count in their order: what was is copied before it is replaced.
-- takes: api_id, expected_hash, key_hash, old_until
-- returns: nothing
UPDATE api_keys
SET
  old_key_hash = key_hash,
  old_until = %(old_until)s,
  old_last_used = last_used,
  key_hash = %(key_hash)s,
  last_used = NULL
WHERE api_id = %(api_id)s
  AND key_hash = %(expected_hash)s
