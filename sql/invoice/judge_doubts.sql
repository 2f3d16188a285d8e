-- Says of each row that was never received what speaks against booking it: its call is not in the call log about that time,
-- or stands there for another. `after` is how far a call may be from the time that a sender gives for it.
-- takes: after
-- returns: nothing
UPDATE invoice
SET doubt = CASE
  WHEN call_log_id IS NULL OR call_at NOT BETWEEN since - :after AND until + :after THEN 'its call is not in the call log'
  WHEN EXISTS (SELECT 1 FROM received AS r WHERE r.call_log_id = invoice.call_log_id) THEN
    'its call in the call log is that of cost ' || (SELECT MIN(r.cost_id) FROM received AS r WHERE r.call_log_id = invoice.call_log_id)
  WHEN since = until THEN (
    SELECT 'its call in the call log is also that of row ' || MIN(other.row)
    FROM invoice AS other
    WHERE other.call_log_id = invoice.call_log_id
      AND other.kind = 'never_received'
      AND other.since = other.until
      AND other.row <> invoice.row
    HAVING COUNT(*) > 0
  )
END
WHERE kind = 'never_received'
