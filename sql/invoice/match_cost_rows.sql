-- Matches the rows that are costs with themselves.
-- takes: nothing
-- returns: nothing
INSERT INTO matches (row, cost_id)
SELECT row, row
FROM invoice
