-- A month of calls with their costs, less one of a hundred that never came. Numbers repeat: there are a hundred DIDs.
-- takes: rows, api_id
-- returns: nothing
SET SESSION
  unique_checks = 0, foreign_key_checks = 0,
  /*M! max_recursive_iterations = 4294967295 */ /*!80000 cte_max_recursion_depth = 4294967295 */;

INSERT INTO tldialer_call_log
  (call_date, call_direction, call_from, call_to, sec_talk)
WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < %(rows)s
)
SELECT
  '2026-10-01' + INTERVAL (seq * 2500000 DIV %(rows)s) SECOND, 'INBOUND', 2002000000 + seq MOD 7900000, 8005550000 + seq MOD 100, 60 + seq MOD 900
FROM numbers;

INSERT INTO call_costs
  (date_billed, cost, method, method_id, call_date, call_from, call_to, notes)
WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < %(rows)s
)
SELECT
  '2026-10-01' + INTERVAL (seq * 2500000 DIV %(rows)s) SECOND, 10 + (seq MOD 4000) / 100, 'ingress', %(api_id)s,
  '2026-10-01' + INTERVAL (seq * 2500000 DIV %(rows)s) SECOND, 2002000000 + seq MOD 7900000, 8005550000 + seq MOD 100,
  CONCAT('RGB', LPAD(HEX(seq), 12, '0'))
FROM numbers
WHERE seq MOD 100 <> 7;

ANALYZE TABLE tldialer_call_log, call_costs
