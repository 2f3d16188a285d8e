-- Lists what would lose or double money although every statement works: a table that cannot roll back, a claim that is
-- not unique, a server that answers COMMIT before it is on disk. Empty when the database is fit.
-- takes: nothing
-- returns: fault
SELECT
  CONCAT('table ', table_name, ' is ', engine, ', not InnoDB: it cannot roll back') AS fault
FROM information_schema.tables
WHERE table_schema = DATABASE()
  AND table_name IN ('call_costs', 'leads', 'lead_first_contacts', 'deliveries', 'cost_changes')
  AND engine <> 'InnoDB'
UNION ALL
SELECT
  'table deliveries has no unique key on (api_id, delivery_key): a call could be billed twice'
WHERE NOT EXISTS (
  SELECT 1
  FROM information_schema.statistics
  WHERE table_schema = DATABASE()
    AND table_name = 'deliveries'
    AND non_unique = 0
  GROUP BY index_name
  HAVING GROUP_CONCAT(column_name ORDER BY seq_in_index) = 'api_id,delivery_key'
)
UNION ALL
SELECT
  CONCAT('innodb_flush_log_at_trx_commit is ', @@innodb_flush_log_at_trx_commit, ', not 1: a crash would lose costs')
WHERE @@innodb_flush_log_at_trx_commit <> 1
