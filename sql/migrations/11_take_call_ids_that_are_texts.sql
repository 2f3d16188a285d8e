-- Widens deliveries.call_log_id from a number to a text: VICIdial knows a call as 1709648510.1042.
SELECT EXISTS (
  SELECT 1
  FROM information_schema.columns
  WHERE table_schema = DATABASE()
    AND table_name = 'deliveries'
    AND column_name = 'call_log_id'
    AND data_type <> 'varchar'
);
ALTER TABLE deliveries
  MODIFY COLUMN call_log_id VARCHAR(20) CHARACTER SET ascii NULL;
