-- Sets the cost of the first contact with a lead, whose row is made with its first cost.
-- takes: lead_id, cost
-- returns: nothing
INSERT INTO lead_first_contacts
  (lead_id, cost)
VALUES
  (%(lead_id)s, %(cost)s)
ON DUPLICATE KEY UPDATE cost = %(cost)s
