-- Lists when the last entry of each API id came.
-- takes: nothing
-- returns: api_id, received
SELECT
  api_id, MAX(received) AS received
FROM entries
GROUP BY api_id
