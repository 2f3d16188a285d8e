-- A month of calls with their costs, less one of a hundred that never came. Numbers repeat: there are a hundred DIDs.
-- takes: rows, api_id
-- returns: nothing
SET SESSION unique_checks = 0, foreign_key_checks = 0;

INSERT INTO tldialer_call_log
  (call_date, call_direction, call_from, call_to, sec_talk)
SELECT
  '2026-10-01' + INTERVAL (seq * 2500000 DIV %(rows)s) SECOND, 'INBOUND', 2002000000 + seq MOD 7900000, 8005550000 + seq MOD 100, 60 + seq MOD 900
FROM seq_1_to_100000000
WHERE seq <= %(rows)s;

INSERT INTO call_costs
  (date_billed, cost, method, method_id, call_date, call_from, call_to, notes)
SELECT
  '2026-10-01' + INTERVAL (seq * 2500000 DIV %(rows)s) SECOND, 10 + (seq MOD 4000) / 100, 'ingress', %(api_id)s,
  '2026-10-01' + INTERVAL (seq * 2500000 DIV %(rows)s) SECOND, 2002000000 + seq MOD 7900000, 8005550000 + seq MOD 100,
  CONCAT('RGB', LPAD(HEX(seq), 12, '0'))
FROM seq_1_to_100000000
WHERE seq <= %(rows)s
  AND seq MOD 100 <> 7;

ANALYZE TABLE tldialer_call_log, call_costs
