-- Reads the cost that a lead carries and locks its row until the transaction ends, so that what is read next stays true:
-- any transaction that bills a call of this lead has committed, or waits here and sets its cost afterwards.
-- takes: lead_id
-- returns: cost
SELECT
  cost
FROM leads
WHERE lead_id = %(lead_id)s
FOR UPDATE
