-- Adds api_keys.sender: the entry of a file of senders by which the bodies of a platform are read.
SELECT NOT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'api_keys'
    AND column_name = 'sender'
);
ALTER TABLE api_keys
  ADD COLUMN sender VARCHAR(50) NULL AFTER time_zone;
