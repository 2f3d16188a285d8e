-- Sets the call of a row, and the length of that call.
-- takes: search, call_log_id, sec_talk
-- returns: nothing
UPDATE invoice
SET
  call_log_id = :call_log_id,
  seconds = :sec_talk
WHERE row = :search
