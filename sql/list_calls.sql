-- Finds the call of one search by the rule of find_call, and its length in seconds; no row where there is none. Many
-- searches run as one statement, so that a month of calls does not take a trip each.
-- takes: search, did, cid, call_date, since, until
-- returns: search, call_log_id, sec_talk
SELECT
  %(search)s AS search, found.call_log_id, c.sec_talk
FROM (
  {find_call}
) AS found
JOIN tldialer_call_log AS c ON c.call_log_id = found.call_log_id
