-- Marks a billed delivery with the call that came into the log later, once: no row here means that another process was
-- first. The answer of a duplicate stays the same, because updated and first_contact stay as they are.
-- takes: delivery_id, call_log_id, lead_id, vendor_id, account_id, matched
-- returns: nothing
UPDATE deliveries
SET
  outcome = 'billed',
  call_log_id = %(call_log_id)s,
  lead_id = %(lead_id)s,
  vendor_id = %(vendor_id)s,
  account_id = %(account_id)s,
  matched = %(matched)s
WHERE delivery_id = %(delivery_id)s
  AND outcome = 'unmatched'
  AND matched IS NULL
