-- Locks a lead's row until the transaction ends, so that what is read next stays true: any transaction that bills a call
-- of this lead has committed, or waits here and sets its cost afterwards.
-- takes: lead_id
-- returns: lead_id
SELECT
  lead_id
FROM leads
WHERE lead_id = %(lead_id)s
FOR UPDATE
