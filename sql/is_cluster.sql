-- Tells whether the server is a node of a Galera cluster, where a lock is not seen on the other nodes.
-- MariaDB reads what is in /*M! */, MySQL what is in /*!80000 */.
-- takes: nothing
-- returns: is_cluster
SELECT
  COUNT(*) AS is_cluster
FROM /*M! information_schema.global_variables */ /*!80000 performance_schema.global_variables */ AS v
WHERE v.variable_name = 'wsrep_on'
  AND v.variable_value IN ('ON', '1')
