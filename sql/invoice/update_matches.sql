-- Sets the cost id of each matched row, and of each adjustment whose cost was found.
-- takes: nothing
-- returns: nothing
UPDATE invoice
SET cost_id = COALESCE(
  (SELECT m.cost_id FROM matches AS m WHERE m.row = invoice.row),
  (SELECT c.cost_id FROM credits AS c WHERE c.row = invoice.row)
)
