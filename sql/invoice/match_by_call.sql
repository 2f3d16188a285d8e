-- Matches the remaining rows and costs of the same call in the call log, if their times are no further apart than a
-- call_date may be from its call: the cost of a sender that gave no call_date has only the time of its delivery.
-- takes: after
-- returns: nothing
INSERT OR IGNORE INTO matches (row, cost_id)
SELECT i.row, r.cost_id
FROM invoice AS i
JOIN received AS r
  ON r.cid = i.cid
  AND r.did = i.did
  AND r.call_log_id = i.call_log_id
  AND r.called BETWEEN i.since - :after AND i.until + :after
WHERE i.cost >= 0
  AND NOT i.twin
  AND i.row NOT IN (SELECT row FROM matches)
  AND r.cost_id NOT IN (SELECT cost_id FROM matches)
ORDER BY i.cost = 0, ABS(i.until - r.called), ABS(i.cost - r.cost), i.row, r.cost_id
