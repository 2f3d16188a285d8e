-- Sets, for the rows that bill a call and have found no cost, that it is not in the call log, or that it was too short.
-- takes: nothing
-- returns: nothing
UPDATE invoice
SET call_kind = CASE
  WHEN seconds < (SELECT min_seconds FROM settings) THEN 'too_short'
  WHEN call_log_id IS NULL THEN 'no_call'
END
WHERE row NOT IN (SELECT row FROM matches)
  AND kind <> 'outside'
  AND cost > 0
  AND problem IS NULL
