-- Drops the columns repeats and mends of deliveries, which only an earlier version writes.
SELECT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'deliveries'
    AND column_name = 'repeats'
);
ALTER TABLE deliveries
  DROP COLUMN repeats,
  DROP COLUMN mends;
