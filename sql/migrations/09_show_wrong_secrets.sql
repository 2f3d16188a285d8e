-- Adds api_keys.failed and failed_from: the last attempt with a wrong secret.
SELECT NOT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'api_keys'
    AND column_name = 'failed'
);
ALTER TABLE api_keys
  ADD COLUMN failed DATETIME NULL AFTER last_used,
  ADD COLUMN failed_from VARCHAR(45) NULL AFTER failed;
