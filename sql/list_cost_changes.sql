-- Lists the history of a cost, oldest first, each line with the answer of its delivery as long as the log has it.
-- takes: cost_id
-- returns: change_id, changed, cost_from, cost_to, api_id, delivery_id, changed_by, reason, answered
SELECT
  h.change_id, h.changed, h.cost_from, h.cost_to, h.api_id, h.delivery_id, h.changed_by, h.reason, d.answered
FROM cost_changes AS h
LEFT JOIN deliveries AS d ON d.delivery_id = h.delivery_id
WHERE h.cost_id = %(cost_id)s
ORDER BY h.change_id
