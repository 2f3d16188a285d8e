-- Stages each cost of a period as the row that bills it, where there is no invoice; one that was cancelled bills nothing.
-- takes: since, until
-- returns: nothing
INSERT INTO invoice (row, call_id, did, cid, since, until, notes, cost, blank)
SELECT
  cost_id, COALESCE(call_id, notes), did, cid, called, called, notes, cost, 0
FROM received
WHERE called >= :since
  AND called < :until
  AND cost > 0
