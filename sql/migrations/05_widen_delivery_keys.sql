-- Makes room in deliveries.delivery_key for an amount behind the sender's key (keys whose changes are costs of their own).
SELECT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'deliveries'
    AND column_name = 'delivery_key'
    AND character_maximum_length < 1100
);
ALTER TABLE deliveries
  MODIFY COLUMN delivery_key VARBINARY(1100) NULL;
