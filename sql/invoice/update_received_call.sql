-- Sets the call of a received cost.
-- takes: call_log_id, cost_id
-- returns: nothing
UPDATE received
SET call_log_id = :call_log_id
WHERE cost_id = :cost_id
