-- Finds a cost of the same lead that was inserted after this one. Read it with the lead locked, or another may come.
-- takes: lead_id, cost_id
-- returns: cost_id
SELECT
  cost_id
FROM deliveries
WHERE lead_id = %(lead_id)s
  AND cost_id > %(cost_id)s
LIMIT 1
