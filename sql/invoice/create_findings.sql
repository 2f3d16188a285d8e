-- Creates the list of the differences: each is a row or a cost, with what it adds to the invoice over what came in. A
-- call that is missing in the call log or was too short is listed separately; that alone is no difference of money.
-- `nearby` is a received cost without a row, of the same caller and amount and at most a day away, of any DID.
-- takes: nothing
-- returns: nothing
CREATE VIEW findings AS
SELECT
  i.kind, i.row, i.cost_id, i.call_id, i.did, i.cid, i.since, i.until, r.called, i.cost, r.cost AS received,
  CASE i.kind WHEN 'different_amount' THEN i.cost - r.cost ELSE COALESCE(i.cost, 0) END AS difference, i.seconds, i.problem,
  CASE i.kind WHEN 'never_received' THEN (
    SELECT MIN(n.cost_id)
    FROM received AS n
    WHERE n.cid = i.cid
      AND n.called BETWEEN i.since - 86400 AND i.until + 86400
      AND n.cost = i.cost
      AND n.cost_id NOT IN (SELECT cost_id FROM matches)
  ) END AS nearby
FROM invoice AS i
LEFT JOIN received AS r ON r.cost_id = i.cost_id
WHERE i.kind IN ('never_received', 'different_amount', 'billed_twice', 'adjustment', 'unreadable')
UNION ALL
SELECT
  kind, NULL, cost_id, COALESCE(call_id, notes), did, cid, NULL, NULL, called, NULL, cost, -cost, NULL, NULL, NULL
FROM received
WHERE kind = 'not_on_invoice'
UNION ALL
SELECT
  i.call_kind, i.row, i.cost_id, i.call_id, i.did, i.cid, i.since, i.until, r.called, i.cost, r.cost, 0, i.seconds, NULL, NULL
FROM invoice AS i
LEFT JOIN received AS r ON r.cost_id = i.cost_id
WHERE i.call_kind IS NOT NULL
