-- Disputes what a sender has raised a cost by after it was billed.
-- takes: nothing
-- returns: nothing
INSERT INTO disputes (row, turn, reason, amount)
SELECT i.row, 5, 'raised_amount', a.raised
FROM raises AS a
JOIN invoice AS i ON i.row = a.cost_id
