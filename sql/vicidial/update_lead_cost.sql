-- Sets the cost of a lead, whose row is made with its first cost. Locks the row until the transaction ends; always before
-- the first contact's, so that two requests for one lead wait for each other instead of deadlocking.
-- takes: lead_id, cost
-- returns: nothing
INSERT INTO leads
  (lead_id, cost)
VALUES
  (%(lead_id)s, %(cost)s)
ON DUPLICATE KEY UPDATE cost = %(cost)s
