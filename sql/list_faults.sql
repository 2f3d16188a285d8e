-- Lists what would lose or double money although every statement works: a table that cannot roll back, a claim that is
-- not unique, a server that answers COMMIT before it is on disk. Also what a server says of itself that will not write: it
-- is a replica, or a Galera node without a quorum, or logs statements, which our isolation level does not allow. Empty when the database is fit.
-- MariaDB reads what is in /*M! */, MySQL what is in /*!80000 */; newer versions of MariaDB say ON where it was 1.
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
UNION ALL
SELECT
  'binlog_format is STATEMENT: the server refuses every write of a READ COMMITTED transaction (set it to MIXED or ROW)'
FROM /*M! information_schema.session_variables */ /*!80000 performance_schema.session_variables */ AS f
JOIN /*M! information_schema.global_variables */ /*!80000 performance_schema.global_variables */ AS v
  ON v.variable_name = 'log_bin' AND v.variable_value IN ('ON', '1')
WHERE f.variable_name = 'binlog_format'
  AND f.variable_value = 'STATEMENT'
UNION ALL
SELECT
  'read_only is on: the server is a replica, or shall not be written to'
WHERE CAST(@@read_only AS CHAR) NOT IN ('0', 'OFF')
UNION ALL
SELECT
  CONCAT(LOWER(s.variable_name), ' is ', s.variable_value, ': the node is not ready, or has no quorum')
FROM /*M! information_schema.global_status */ /*!80000 performance_schema.global_status */ AS s
JOIN /*M! information_schema.global_variables */ /*!80000 performance_schema.global_variables */ AS v
  ON v.variable_name = 'wsrep_on' AND v.variable_value = 'ON'
WHERE s.variable_name = 'wsrep_ready' AND s.variable_value <> 'ON'
  OR s.variable_name = 'wsrep_cluster_status' AND s.variable_value <> 'Primary'
