-- Completes a claimed delivery with what billing has found out, in the same transaction.
-- takes: delivery_id, cost_id, updated, first_contact, milliseconds
-- returns: nothing
UPDATE deliveries
SET
  cost_id = %(cost_id)s,
  updated = %(updated)s,
  first_contact = %(first_contact)s,
  milliseconds = %(milliseconds)s
WHERE delivery_id = %(delivery_id)s
