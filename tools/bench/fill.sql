-- A call each from as many callers, within the last day, with the leads behind them and what earlier calls cost.
-- The caller of call n is area code 200 and up, then 2000000 and up: numbers that the service takes.
-- takes: calls, leads, costs
-- returns: nothing
SET SESSION
  unique_checks = 0, foreign_key_checks = 0,
  /*M! max_recursive_iterations = 4294967295 */ /*!80000 cte_max_recursion_depth = 4294967295 */;

INSERT INTO leads
  (lead_id, vendor_id, account_id)
WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < %(leads)s
)
SELECT
  seq, seq MOD 50, seq MOD 7
FROM numbers;

INSERT INTO lead_first_contacts
  (lead_id)
SELECT
  lead_id
FROM leads;

INSERT INTO tldialer_call_log
  (call_date, call_direction, call_from, call_to, lead_id)
WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < %(calls)s
)
SELECT
  NOW() - INTERVAL 60 + seq MOD 80000 SECOND, 'INBOUND',
  CONCAT(200 + seq DIV 8000000, 2000000 + seq MOD 8000000), 8005550000 + seq MOD 100, 1 + seq MOD %(leads)s
FROM numbers;

INSERT INTO call_costs
  (date_billed, cost, method, call_date, call_from, call_to)
WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < %(costs)s
)
SELECT
  NOW() - INTERVAL seq MINUTE, 1, 'ingress', NOW() - INTERVAL seq MINUTE, 2002000000 + seq, 8005550000 + seq MOD 100
FROM numbers
WHERE seq <= %(costs)s;

ANALYZE TABLE tldialer_call_log, leads, lead_first_contacts, call_costs
