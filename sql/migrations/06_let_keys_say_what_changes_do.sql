-- Adds api_keys.on_change: what another amount for a call that was billed before does.
SELECT NOT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'api_keys'
    AND column_name = 'on_change'
);
ALTER TABLE api_keys
  ADD COLUMN on_change VARCHAR(10) CHARACTER SET ascii NOT NULL DEFAULT 'correct' AFTER time_zone;
