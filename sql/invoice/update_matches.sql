-- Sets the cost id of each matched row.
-- takes: nothing
-- returns: nothing
UPDATE invoice
SET cost_id = (SELECT m.cost_id FROM matches AS m WHERE m.row = invoice.row)
