-- Counts a failed attempt, and lets the entry back off.
-- takes: entry_id, error, waits_until
-- returns: nothing
UPDATE entries
SET
  tries = tries + 1,
  error = :error,
  waits_until = :waits_until
WHERE entry_id = :entry_id
