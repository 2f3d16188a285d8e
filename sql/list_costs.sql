-- Lists the costs of one key whose calls came in a period, among a range of cost ids, in ten-thousandths and in seconds of
-- the wall clock: cost is `cost_id did cid called cost has_call notes`, one text, because each column of a row costs its
-- reader as much as all of that. has_call is 1 if its call is in the call log by the rule of find_call, and 2 if that may be
-- one of less than min_seconds (0 asks for none). Without with_calls it is always 0: the index leads to all calls of a
-- caller, whatever their time, and that of a caller with a hundred thousand calls takes too long. Goes through the primary
-- key, a short range a statement: a dialer's own table has no index that fits, and one more would slow every delivery down.
-- The numbers are read as numbers, so that their text takes the collation of the log; a column of another one would lose
-- the log's index.
-- takes: first, last, method_id, since, until, match_before, match_after, min_seconds, with_calls
-- returns: cost
SELECT
  CONCAT_WS(
    ' ', r.cost_id, r.call_to, r.call_from, TIMESTAMPDIFF(SECOND, '1970-01-01', r.call_date), CAST(r.cost * 10000 AS SIGNED),
    (%(with_calls)s AND (
      EXISTS (
        SELECT 1
        FROM tldialer_call_log AS c
        WHERE c.call_from = CONCAT('', CAST(r.call_from AS UNSIGNED))
          AND c.call_to IN (CONCAT('', CAST(r.call_to AS UNSIGNED)), CONCAT('1', CAST(r.call_to AS UNSIGNED)), CONCAT('+1', CAST(r.call_to AS UNSIGNED)))
          AND c.call_date BETWEEN r.call_date - INTERVAL %(match_before)s SECOND AND r.call_date + INTERVAL %(match_after)s SECOND
          AND c.call_direction = 'INBOUND'
      )
      OR EXISTS (
        SELECT 1
        FROM tldialer_call_log AS c
        WHERE c.call_from = CONCAT('1', CAST(r.call_from AS UNSIGNED))
          AND c.call_to IN (CONCAT('', CAST(r.call_to AS UNSIGNED)), CONCAT('1', CAST(r.call_to AS UNSIGNED)), CONCAT('+1', CAST(r.call_to AS UNSIGNED)))
          AND c.call_date BETWEEN r.call_date - INTERVAL %(match_before)s SECOND AND r.call_date + INTERVAL %(match_after)s SECOND
          AND c.call_direction = 'INBOUND'
      )
      OR EXISTS (
        SELECT 1
        FROM tldialer_call_log AS c
        WHERE c.call_from = CONCAT('+1', CAST(r.call_from AS UNSIGNED))
          AND c.call_to IN (CONCAT('', CAST(r.call_to AS UNSIGNED)), CONCAT('1', CAST(r.call_to AS UNSIGNED)), CONCAT('+1', CAST(r.call_to AS UNSIGNED)))
          AND c.call_date BETWEEN r.call_date - INTERVAL %(match_before)s SECOND AND r.call_date + INTERVAL %(match_after)s SECOND
          AND c.call_direction = 'INBOUND'
      )
    )) + (%(with_calls)s AND %(min_seconds)s > 0 AND (
      EXISTS (
        SELECT 1
        FROM tldialer_call_log AS c
        WHERE c.call_from = CONCAT('', CAST(r.call_from AS UNSIGNED))
          AND c.call_to IN (CONCAT('', CAST(r.call_to AS UNSIGNED)), CONCAT('1', CAST(r.call_to AS UNSIGNED)), CONCAT('+1', CAST(r.call_to AS UNSIGNED)))
          AND c.call_date BETWEEN r.call_date - INTERVAL %(match_before)s SECOND AND r.call_date + INTERVAL %(match_after)s SECOND
          AND c.call_direction = 'INBOUND'
          AND c.sec_talk < %(min_seconds)s
      )
      OR EXISTS (
        SELECT 1
        FROM tldialer_call_log AS c
        WHERE c.call_from = CONCAT('1', CAST(r.call_from AS UNSIGNED))
          AND c.call_to IN (CONCAT('', CAST(r.call_to AS UNSIGNED)), CONCAT('1', CAST(r.call_to AS UNSIGNED)), CONCAT('+1', CAST(r.call_to AS UNSIGNED)))
          AND c.call_date BETWEEN r.call_date - INTERVAL %(match_before)s SECOND AND r.call_date + INTERVAL %(match_after)s SECOND
          AND c.call_direction = 'INBOUND'
          AND c.sec_talk < %(min_seconds)s
      )
      OR EXISTS (
        SELECT 1
        FROM tldialer_call_log AS c
        WHERE c.call_from = CONCAT('+1', CAST(r.call_from AS UNSIGNED))
          AND c.call_to IN (CONCAT('', CAST(r.call_to AS UNSIGNED)), CONCAT('1', CAST(r.call_to AS UNSIGNED)), CONCAT('+1', CAST(r.call_to AS UNSIGNED)))
          AND c.call_date BETWEEN r.call_date - INTERVAL %(match_before)s SECOND AND r.call_date + INTERVAL %(match_after)s SECOND
          AND c.call_direction = 'INBOUND'
          AND c.sec_talk < %(min_seconds)s
      )
    )),
    COALESCE(TRIM(r.notes), '')
  ) AS cost
FROM call_costs AS r
WHERE r.cost_id BETWEEN %(first)s AND %(last)s
  AND r.method = 'ingress'
  AND r.method_id = %(method_id)s
  AND r.call_date >= %(since)s
  AND r.call_date < %(until)s
