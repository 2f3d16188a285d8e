-- Lists the disputed rows, each once with all its reasons, the first of them first. The credits of a call, rows below zero,
-- settle its disputes one after the other; what they settle in full is not listed. `other_...` is about the row or the cost
-- that was billed for the same call, or for an earlier one of the caller.
-- takes: nothing
-- returns: row, reasons, call_id, vendor_id, cost_id, did, cid, since, until, seconds, billed, received, amount, other_row, other_cost, other_call_id, other_called
WITH first_reasons AS (
  SELECT
    row, turn, reason, amount, other_row, other_cost, GROUP_CONCAT(reason) OVER (PARTITION BY row ORDER BY turn ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS reasons,
    ROW_NUMBER() OVER (PARTITION BY row ORDER BY turn) AS place
  FROM disputes
),
charges AS (
  SELECT
    d.row, d.turn, d.reasons, d.amount, d.other_row, d.other_cost,
    COALESCE(i.call_id, 'cost ' || COALESCE(i.cost_id, CASE WHEN d.turn = 1 THEN d.other_cost END)) AS credited
  FROM first_reasons AS d
  JOIN invoice AS i ON i.row = d.row
  WHERE d.place = 1
),
given AS (
  SELECT
    COALESCE(a.call_id, i.call_id, 'cost ' || a.cost_id) AS credited, -SUM(a.cost) AS credit
  FROM invoice AS a
  LEFT JOIN matches AS m ON m.cost_id = a.cost_id
  LEFT JOIN invoice AS i ON i.row = m.row
  WHERE a.kind = 'adjustment'
  GROUP BY 1
),
settled AS (
  SELECT
    c.row, c.turn, c.reasons, c.other_row, c.other_cost, CASE
      WHEN c.amount < 0 OR g.credit IS NULL THEN c.amount
      ELSE MAX(MIN(c.amount, SUM(MAX(c.amount, 0)) OVER (PARTITION BY c.credited ORDER BY c.turn, c.row) - g.credit), 0)
    END AS amount
  FROM charges AS c
  LEFT JOIN given AS g ON g.credited = c.credited
)
SELECT
  COALESCE(i.place, i.row) AS row, s.reasons, COALESCE(i.call_id, r.call_id, r.notes) AS call_id,
  COALESCE(r.vendor_id, CASE WHEN s.turn = 1 THEN n.vendor_id END) AS vendor_id, i.cost_id, i.did, i.cid, i.since, i.until, i.seconds,
  i.cost AS billed, r.cost AS received, s.amount, COALESCE(o.place, s.other_row) AS other_row, s.other_cost,
  COALESCE(o.call_id, n.call_id, n.notes) AS other_call_id, COALESCE(o.since, n.called) AS other_called
FROM settled AS s
JOIN invoice AS i ON i.row = s.row
LEFT JOIN received AS r ON r.cost_id = i.cost_id
LEFT JOIN invoice AS o ON o.row = s.other_row
LEFT JOIN received AS n ON n.cost_id = s.other_cost
WHERE s.amount <> 0
ORDER BY s.turn, s.row
