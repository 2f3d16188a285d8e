-- Sets the cost of the first contact with a lead.
-- takes: lead_id, cost
-- returns: nothing
UPDATE lead_first_contacts
SET cost = %(cost)s
WHERE lead_id = %(lead_id)s
