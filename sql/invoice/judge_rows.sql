-- Sets the kind of each row that has found no cost, the first that applies. Without the platform's ids, a row is billed
-- twice if an earlier one has the same pair and time and no cost is left for it. An adjustment gets the cost that it lowers.
-- takes: since, until
-- returns: nothing
UPDATE invoice
SET
  cost_id = (SELECT c.cost_id FROM credits AS c WHERE c.row = invoice.row),
  kind = CASE
    WHEN until < :since OR since >= :until THEN 'outside'
    WHEN blank THEN 'without_cost'
    WHEN cost IS NULL THEN 'unreadable'
    WHEN cost < 0 THEN 'adjustment'
    WHEN cost = 0 THEN 'not_charged'
    WHEN twin THEN 'billed_twice'
    WHEN problem IS NOT NULL THEN 'unreadable'
    WHEN call_id IS NULL AND EXISTS (
      SELECT 1
      FROM invoice AS earlier
      WHERE earlier.cid = invoice.cid
        AND earlier.did = invoice.did
        AND earlier.since = invoice.since
        AND earlier.until = invoice.until
        AND earlier.call_id IS NULL
        AND earlier.cost > 0
        AND earlier.row < invoice.row
    ) THEN 'billed_twice'
    ELSE 'never_received'
  END
WHERE row NOT IN (SELECT row FROM matches)
