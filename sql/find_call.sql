-- Finds the inbound call from cid to did nearest to call_date, of two equally near the later, and the lead behind it.
-- Goes through the index (call_from, call_to, call_date): the log holds each number in one of three forms, so nine
-- short ranges are read. The numbers must be bound as text and the columns stay bare, or the index is lost.
-- takes: did, cid, call_date, since, until
-- returns: call_log_id, lead_id, vendor_id, account_id
SELECT
  c.call_log_id, l.lead_id, l.vendor_id, l.account_id
FROM tldialer_call_log AS c
LEFT JOIN leads AS l ON l.lead_id = c.lead_id
WHERE c.call_from IN (%(cid)s, CONCAT('1', %(cid)s), CONCAT('+1', %(cid)s))
  AND c.call_to IN (%(did)s, CONCAT('1', %(did)s), CONCAT('+1', %(did)s))
  AND c.call_date BETWEEN %(since)s AND %(until)s
  AND c.call_direction = 'INBOUND'
ORDER BY
  ABS(TIMESTAMPDIFF(SECOND, c.call_date, %(call_date)s)),
  c.call_date DESC,
  c.call_log_id DESC
LIMIT 1
