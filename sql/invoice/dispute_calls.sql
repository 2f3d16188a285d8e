-- Disputes the rows whose call is not in the call log, or was too short.
-- takes: nothing
-- returns: nothing
INSERT INTO disputes (row, turn, reason, amount)
SELECT
  row, CASE call_kind WHEN 'no_call' THEN 2 ELSE 3 END, call_kind, cost
FROM invoice
WHERE call_kind IS NOT NULL
