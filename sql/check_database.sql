-- Answers one row when the server is there and lets us read the tables of a request.
-- takes: nothing
-- returns: ready
SELECT 1 AS ready
