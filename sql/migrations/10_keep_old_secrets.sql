-- Adds api_keys.old_key_hash, old_until and old_last_used: the secret before a rotation, which passes for a while.
SELECT NOT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'api_keys'
    AND column_name = 'old_key_hash'
);
ALTER TABLE api_keys
  ADD COLUMN old_key_hash CHAR(64) CHARACTER SET ascii NULL AFTER key_hash,
  ADD COLUMN old_until DATETIME NULL AFTER old_key_hash,
  ADD COLUMN old_last_used DATETIME NULL AFTER last_used;
