-- Lists why another host would be better although this one writes: a Galera node that gives its data to another node, or
-- has been taken out of step with the others, may stand still or lag. Empty elsewhere.
-- takes: nothing
-- returns: drawback
SELECT
  CONCAT('wsrep_local_state is ', s.variable_value, ', not 4: the node is not in step with its cluster') AS drawback
FROM /*M! information_schema.global_status */ /*!80000 performance_schema.global_status */ AS s
JOIN /*M! information_schema.global_variables */ /*!80000 performance_schema.global_variables */ AS v
  ON v.variable_name = 'wsrep_on' AND v.variable_value = 'ON'
WHERE s.variable_name = 'wsrep_local_state'
  AND s.variable_value <> '4'
