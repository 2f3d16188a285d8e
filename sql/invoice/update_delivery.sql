-- Sets what the delivery log knows of a received cost: the platform's id of its call, the call, and the vendor of its lead.
-- takes: call_id, billed_call, vendor_id, cost_id
-- returns: nothing
UPDATE received
SET
  call_id = :call_id,
  billed_call = :billed_call,
  vendor_id = :vendor_id
WHERE cost_id = :cost_id
