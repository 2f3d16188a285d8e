-- A month of deliveries for the screenshots, always the same: three platforms, busy by day, a bad hour now and then.
-- takes: last, the last day of the month; key_hash, of the secret that all keys have here
-- returns: nothing
INSERT INTO api_keys
  (api_id, key_hash, name)
VALUES
  (310, %(key_hash)s, 'ringba'),
  (311, %(key_hash)s, 'retreaver'),
  (312, %(key_hash)s, 'callgrid');

SET SESSION /*M! max_recursive_iterations = 2600 */ /*!80000 cte_max_recursion_depth = 2600 */;

INSERT INTO deliveries
  (request_id, api_id, ip_address, received, sent, outcome, status, error, milliseconds, call_from, call_to, cost,
   call_date)
WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < 2600
)
SELECT
  LEFT(SHA2(seq, 256), 32),
  310 + CRC32(seq * 7) MOD 2,
  '203.0.113.7',
  %(last)s + INTERVAL -(seq MOD 30) DAY + INTERVAL (8 + FLOOR(SQRT(CRC32(seq * 13) MOD 140))) * 3600 - CRC32(seq) MOD 3600 SECOND,
  '{"path": {"did": "8005550142", "cid": "+1 200 667 3262"}, "query": [], "body": [["cost", "[Call:ConversionPayout]"], ["notes", "RGB7F32"]], "headers": {}}',
  ELT(1 + CRC32(seq * 3) MOD 12, 'refused', 'unmatched', 'duplicate', 'billed', 'billed', 'billed', 'billed', 'billed', 'billed', 'billed', 'billed', 'billed'),
  IF(CRC32(seq * 3) MOD 12 = 0, 400, 200),
  IF(CRC32(seq * 3) MOD 12 = 0, 'Missing or Invalid Cost: [Call:ConversionPayout] was not filled in by the sender', NULL),
  4 + CRC32(seq) MOD 9,
  2002000000 + CRC32(seq * 5) MOD 9000000,
  ELT(1 + CRC32(seq * 11) MOD 2, '8005550142', '8885550119'),
  IF(CRC32(seq * 3) MOD 12 = 0, NULL, 8 + CRC32(seq * 17) MOD 60 + CRC32(seq) MOD 4 / 4),
  NULL
FROM numbers;

INSERT INTO tldialer_call_log
  (call_log_id, call_date, call_direction, call_from, call_to)
VALUES
  (48213, %(last)s - INTERVAL 41 DAY + INTERVAL 58322 SECOND, 'INBOUND', '7205550134', '8005550142');
