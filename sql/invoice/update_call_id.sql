-- Sets the platform's id of the call of a received cost, if that cost is staged.
-- takes: call_id, cost_id
-- returns: nothing
UPDATE received
SET call_id = :call_id
WHERE cost_id = :cost_id
