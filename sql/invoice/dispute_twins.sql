-- Disputes the rows of an invoice that bill a call twice, with the row that bills it first: of the same id, else of the same
-- pair and time.
-- takes: nothing
-- returns: nothing
INSERT INTO disputes (row, turn, reason, amount, other_row, other_cost)
SELECT row, 1, kind, cost, other_row, (SELECT m.cost_id FROM matches AS m WHERE m.row = other_row)
FROM (
  SELECT row, kind, cost, CASE
    WHEN call_id IS NOT NULL THEN (
      SELECT o.row
      FROM invoice AS o
      WHERE o.call_id = i.call_id
        AND o.cost > 0
      ORDER BY o.row
      LIMIT 1
    )
    ELSE (
      SELECT o.row
      FROM invoice AS o
      WHERE o.cid = i.cid
        AND o.did = i.did
        AND o.since = i.since
        AND o.until = i.until
        AND o.call_id IS NULL
        AND o.cost > 0
      ORDER BY o.row
      LIMIT 1
    )
  END AS other_row
  FROM invoice AS i
  WHERE kind = 'billed_twice'
)
