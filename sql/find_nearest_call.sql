-- Finds the call nearest to what a delivery reports, to explain why no call was found: of the pair, in either direction
-- and at any time, before the caller's calls to other numbers; of these the one nearest to call_date. Goes through the
-- index (call_from, call_to, call_date) as find_call does, and reads all calls of this caller.
-- takes: did, cid, call_date
-- returns: call_log_id, call_date, call_direction, call_from, call_to
SELECT
  call_log_id, call_date, call_direction, call_from, call_to
FROM tldialer_call_log
WHERE call_from IN (%(cid)s, CONCAT('1', %(cid)s), CONCAT('+1', %(cid)s))
  OR (
    call_from IN (%(did)s, CONCAT('1', %(did)s), CONCAT('+1', %(did)s))
    AND call_to IN (%(cid)s, CONCAT('1', %(cid)s), CONCAT('+1', %(cid)s))
  )
ORDER BY
  call_from IN (%(cid)s, CONCAT('1', %(cid)s), CONCAT('+1', %(cid)s))
    AND call_to NOT IN (%(did)s, CONCAT('1', %(did)s), CONCAT('+1', %(did)s)),
  ABS(TIMESTAMPDIFF(SECOND, call_date, %(call_date)s)),
  call_log_id DESC
LIMIT 1
