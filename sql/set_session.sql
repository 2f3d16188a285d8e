-- Makes every connection behave the same whatever the server's defaults: strict values; a snapshot per statement (one per
-- transaction would hide what a simultaneous delivery has just committed); and waits (in seconds) so short that the work can
-- run again before platforms give up, after 5 s. MariaDB reads what is in /*M! */, MySQL what is in /*!80000 */.
-- takes: nothing
-- returns: nothing
SET SESSION
  sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  /*M! tx_isolation = 'READ-COMMITTED', max_statement_time = 1.5, */
  /*!80000 transaction_isolation = 'READ-COMMITTED', max_execution_time = 1500, */
  innodb_lock_wait_timeout = 1,
  lock_wait_timeout = 1
