-- Disputes the rows that were never received whose only call in the call log is that of a cost, or of an earlier row.
-- `after` is how far a call may be from the time that a sender gives for it.
-- takes: after
-- returns: nothing
INSERT OR IGNORE INTO disputes (row, turn, reason, amount, other_row, other_cost)
SELECT row, 1, 'billed_twice', cost, other_row, other_cost
FROM (
  SELECT row, cost, (
    SELECT MIN(r.cost_id)
    FROM received AS r
    WHERE r.call_log_id = i.call_log_id
      AND r.cost > 0
  ) AS other_cost, (
    SELECT MIN(o.row)
    FROM invoice AS o
    WHERE o.call_log_id = i.call_log_id
      AND o.kind = 'never_received'
      AND o.since = o.until
      AND o.row < i.row
  ) AS other_row
  FROM invoice AS i
  WHERE kind = 'never_received'
    AND since = until
    AND call_at BETWEEN since - :after AND until + :after
)
WHERE other_cost IS NOT NULL
  OR other_row IS NOT NULL
