-- Finds the newest cost of a lead that is not cancelled, by the arrival of its delivery: the one that the lead carries.
-- Request ids begin with the time in milliseconds, so they order what came within one second. Goes through the index
-- (lead_id, received, request_id). The lead must be locked, or another cost may come.
-- takes: lead_id
-- returns: cost_id, cost
SELECT
  c.cost_id, c.cost
FROM deliveries AS d
JOIN call_costs AS c ON c.cost_id = d.cost_id
WHERE d.lead_id = %(lead_id)s
  AND c.cost <> 0
ORDER BY
  d.received DESC,
  d.request_id DESC
LIMIT 1
