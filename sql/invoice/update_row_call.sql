-- Notes the call of a row.
-- takes: search, call_log_id, seconds
-- returns: nothing
UPDATE invoice
SET
  call_log_id = :call_log_id,
  seconds = :seconds
WHERE row = :search
