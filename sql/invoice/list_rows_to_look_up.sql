-- Lists the next rows of the period after a row whose call is to be looked up: those without a cost, those whose cost has no
-- call under its own time, and those whose cost may have a call that is too short, under the time of the cost.
-- takes: behind, since, until, at_most
-- returns: search, did, cid, called
SELECT
  i.row AS search, i.did, i.cid, CASE r.has_call WHEN 2 THEN r.called ELSE i.until END AS called
FROM invoice AS i
LEFT JOIN matches AS m ON m.row = i.row
LEFT JOIN received AS r ON r.cost_id = m.cost_id
WHERE i.row > :behind
  AND i.cost > 0
  AND i.did IS NOT NULL
  AND i.cid IS NOT NULL
  AND i.until >= :since
  AND i.since < :until
  AND r.has_call IS NOT 1
ORDER BY i.row
LIMIT :at_most
