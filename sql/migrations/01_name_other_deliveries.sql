-- Adds the columns duplicate_of and replay_of of deliveries; an earlier version called them repeats and mends.
SELECT NOT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'deliveries'
    AND column_name = 'duplicate_of'
);
ALTER TABLE deliveries
  ADD COLUMN duplicate_of BIGINT UNSIGNED NULL AFTER first_contact,
  ADD COLUMN replay_of BIGINT UNSIGNED NULL AFTER duplicate_of;
