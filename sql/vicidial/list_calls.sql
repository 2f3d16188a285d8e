-- Lists the inbound calls between any of the callers and any of the DIDs, each in its three forms, within a time, and how
-- long agents talked: over the legs of this caller, or over all if none is, because uniqueids repeat over servers. Reads
-- all calls of the callers, and holds up the dialer's writes to its MyISAM tables meanwhile: so few searches at once.
-- limit: 5
-- takes: callers, dids, since, until
-- returns: call_log_id, call_date, call_from, call_to, sec_talk
SELECT
  c.call_log_id, c.call_date, c.call_from, c.call_to,
  CAST(COALESCE((
    SELECT
      COALESCE(SUM(CASE WHEN leg.caller = RIGHT(c.call_from, 10) THEN leg.sec_talk END), SUM(leg.sec_talk))
    FROM call_legs AS leg
    WHERE leg.call_log_id = c.call_log_id
      AND leg.call_date BETWEEN c.call_date - INTERVAL 1 HOUR AND c.call_date + INTERVAL 1 DAY
      AND leg.has_agent
  ), 0) AS UNSIGNED) AS sec_talk
FROM tldialer_call_log AS c
WHERE c.call_from IN %(callers)s
  AND c.call_to IN %(dids)s
  AND c.call_date BETWEEN %(since)s AND %(until)s
