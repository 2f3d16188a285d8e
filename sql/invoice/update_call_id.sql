-- Gives a received cost the platform's id of its call, where it has been staged.
-- takes: cost_id, call_id
-- returns: nothing
UPDATE received
SET call_id = :call_id
WHERE cost_id = :cost_id
