-- Sets the call of a received cost.
-- takes: search, call_log_id
-- returns: nothing
UPDATE received
SET call_log_id = :call_log_id
WHERE cost_id = :search
