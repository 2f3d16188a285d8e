-- Lists the costs of one key whose calls came in a period, among a range of cost ids, in ten-thousandths and in seconds of
-- the wall clock, as sql/list_costs.sql does. has_call is 1 if the delivery log knows its call, and 2 if that may be one of
-- less than min_seconds (0 asks for none), which is looked up then. Reads no table of the dialer, which such a range would
-- hold up for long.
-- takes: first, last, method_id, since, until, min_seconds, with_calls
-- returns: cost
SELECT
  CONCAT_WS(
    ' ', r.cost_id, r.call_to, r.call_from, TIMESTAMPDIFF(SECOND, '1970-01-01', r.call_date), CAST(r.cost * 10000 AS SIGNED),
    (%(with_calls)s AND EXISTS (
      SELECT 1
      FROM deliveries AS d
      WHERE d.call_from = r.call_from
        AND d.cost_id = r.cost_id
        AND d.call_log_id IS NOT NULL
    )) * (1 + (%(min_seconds)s > 0)),
    COALESCE(TRIM(r.notes), '')
  ) AS cost
FROM call_costs AS r
WHERE r.cost_id BETWEEN %(first)s AND %(last)s
  AND r.method = 'ingress'
  AND r.method_id = %(method_id)s
  AND r.call_date >= %(since)s
  AND r.call_date < %(until)s
