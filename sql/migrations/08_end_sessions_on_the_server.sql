-- Adds api_keys.sign_outs: how often the admin has signed out, which ends the sessions begun before.
SELECT NOT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'api_keys'
    AND column_name = 'sign_outs'
);
ALTER TABLE api_keys
  ADD COLUMN sign_outs INT UNSIGNED NOT NULL DEFAULT 0 AFTER last_used;
