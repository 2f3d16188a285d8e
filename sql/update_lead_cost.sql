-- Sets the cost of a lead. Locks its row until the transaction ends; always before the first contact's, so that two
-- requests for one lead wait for each other instead of deadlocking.
-- takes: lead_id, cost
-- returns: nothing
UPDATE leads
SET cost = %(cost)s
WHERE lead_id = %(lead_id)s
