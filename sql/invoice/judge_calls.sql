-- Sets, for the rows that bill a call, that it is in the call log neither under their time nor under that of their cost, or
-- that it was too short.
-- takes: nothing
-- returns: nothing
UPDATE invoice
SET call_kind = CASE
  WHEN seconds < (SELECT min_seconds FROM settings) THEN 'too_short'
  WHEN call_log_id IS NULL AND NOT EXISTS (SELECT 1 FROM received AS r WHERE r.cost_id = invoice.cost_id AND r.has_call) THEN 'no_call'
END
WHERE kind <> 'outside'
  AND cost > 0
  AND problem IS NULL
