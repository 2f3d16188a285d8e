-- Adds a line to the history of a cost; no line is ever changed or deleted.
-- takes: cost_id, changed, cost_from, cost_to, api_id, delivery_id, changed_by, reason
-- returns: nothing
INSERT INTO cost_changes
  (cost_id, changed, cost_from, cost_to, api_id, delivery_id, changed_by, reason)
VALUES
  (%(cost_id)s, %(changed)s, %(cost_from)s, %(cost_to)s, %(api_id)s, %(delivery_id)s, %(changed_by)s, %(reason)s)
