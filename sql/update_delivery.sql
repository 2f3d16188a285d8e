-- Remembers what billing the delivery has found out, in the same transaction.
-- takes: delivery_id, cost_id, lead_id, vendor_id, account_id, updated, first_contact
-- returns: nothing
UPDATE deliveries
SET
  cost_id = %(cost_id)s,
  lead_id = %(lead_id)s,
  vendor_id = %(vendor_id)s,
  account_id = %(account_id)s,
  updated = %(updated)s,
  first_contact = %(first_contact)s
WHERE delivery_id = %(delivery_id)s
