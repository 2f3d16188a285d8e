-- Finds when the present amount of a cost was sent: the time and the request id of the delivery that brought it. What a
-- person has decided, by command, in the console or with a replay, counts from that moment, and after all of that second.
-- takes: delivery_id
-- returns: received, request_id
SELECT
  CASE
    WHEN h.change_id IS NULL THEN first.received
    WHEN d.delivery_id IS NULL OR d.replay_of IS NOT NULL THEN h.changed
    ELSE d.received
  END AS received,
  CASE
    WHEN h.change_id IS NULL THEN first.request_id
    WHEN d.delivery_id IS NULL OR d.replay_of IS NOT NULL THEN 'person'
    ELSE d.request_id
  END AS request_id
FROM deliveries AS first
LEFT JOIN cost_changes AS h ON h.cost_id = first.cost_id
LEFT JOIN deliveries AS d ON d.delivery_id = h.delivery_id
WHERE first.delivery_id = %(delivery_id)s
ORDER BY h.change_id DESC
LIMIT 1
