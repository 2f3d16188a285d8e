-- Makes every connection behave the same whatever the server's defaults: strict values, a snapshot a statement (a
-- snapshot a transaction would hide what a simultaneous delivery has just committed), and waits shorter than the 5 s
-- after which platforms give up. MariaDB reads what is in /*M! */, MySQL what is in /*!80000 */.
-- takes: nothing
-- returns: nothing
SET SESSION
  sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  /*M! tx_isolation = 'READ-COMMITTED', max_statement_time = 3, */
  /*!80000 transaction_isolation = 'READ-COMMITTED', max_execution_time = 3000, */
  innodb_lock_wait_timeout = 2,
  lock_wait_timeout = 2
