-- Lists the inbound calls between any of the callers and any of the DIDs, each in its three forms, within a time. Goes
-- through the index (call_from, call_to, call_date), so all are bound as text. A batch of searches is one such statement.
-- takes: callers, dids, since, until
-- returns: call_log_id, call_date, call_from, call_to, sec_talk
SELECT
  call_log_id, call_date, call_from, call_to, sec_talk
FROM tldialer_call_log
WHERE call_from IN %(callers)s
  AND call_to IN %(dids)s
  AND call_date BETWEEN %(since)s AND %(until)s
  AND call_direction = 'INBOUND'
