-- Sets the call of a row, when it was, and its length.
-- takes: call_log_id, call_at, seconds, row
-- returns: nothing
UPDATE invoice
SET
  call_log_id = :call_log_id,
  call_at = :call_at,
  seconds = :seconds
WHERE row = :row
