-- Finds the inbound call from cid to did nearest to call_date, of two equally near the later, and the lead behind it: that
-- of the leg with the same uniqueid, within -1 hour to +1 day because uniqueids repeat over servers; of several legs first
-- those of this caller, then those that an agent took, then the newest. A call that is younger than an hour and has no leg
-- is still in a menu: it counts as not found, so that `ingress match` gets its lead later.
-- Reads all calls of the caller through the index on its number. Reading holds up the dialer's writes to its MyISAM
-- tables, so the look-up is a trip of its own, outside the transaction, and only so many run at once.
-- limit: 4
-- takes: did, cid, call_date, since, until, now
-- returns: call_log_id, lead_id, vendor_id, account_id
SELECT
  c.call_log_id, l.lead_id, l.vendor_id, NULL AS account_id
FROM (
  SELECT
    call_log_id, call_date
  FROM tldialer_call_log
  WHERE call_from IN (%(cid)s, CONCAT('1', %(cid)s), CONCAT('+1', %(cid)s))
    AND call_to IN (%(did)s, CONCAT('1', %(did)s), CONCAT('+1', %(did)s))
    AND call_date BETWEEN %(since)s AND %(until)s
  ORDER BY
    ABS(TIMESTAMPDIFF(SECOND, call_date, %(call_date)s)),
    call_date DESC,
    call_log_id DESC
  LIMIT 1
) AS c
LEFT JOIN call_legs AS leg
  ON leg.call_log_id = c.call_log_id
  AND leg.call_date BETWEEN c.call_date - INTERVAL 1 HOUR AND c.call_date + INTERVAL 1 DAY
LEFT JOIN dialer_leads AS l ON l.lead_id = leg.lead_id
WHERE leg.leg_id IS NOT NULL
  OR c.call_date <= %(now)s - INTERVAL 1 HOUR
ORDER BY
  leg.caller = %(cid)s DESC,
  leg.has_agent DESC,
  leg.call_date DESC,
  leg.leg_id DESC
LIMIT 1
