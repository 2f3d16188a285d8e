-- Sets the cost of each row that has found one, and its kind: it agrees, or bills another amount. Beside that, a call may be
-- missing in the call log under the time of the row and that of the cost, or may have been too short. These are nearly all
-- rows, so one pass does it all.
-- takes: since, until
-- returns: nothing
UPDATE invoice
SET
  cost_id = r.cost_id,
  kind = CASE
    WHEN until < :since OR since >= :until THEN 'outside'
    WHEN invoice.cost = r.cost THEN 'same'
    ELSE 'different_amount'
  END,
  call_kind = CASE
    WHEN until < :since OR since >= :until OR invoice.cost = 0 OR problem IS NOT NULL THEN NULL
    WHEN seconds < (SELECT min_seconds FROM settings) THEN 'too_short'
    WHEN invoice.call_log_id IS NULL AND NOT r.has_call THEN 'no_call'
  END
FROM matches AS m
JOIN received AS r ON r.cost_id = m.cost_id
WHERE m.row = invoice.row
