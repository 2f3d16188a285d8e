-- Counts a try that failed, and lets the entry rest.
-- takes: entry_id, error, rests_until
-- returns: nothing
UPDATE entries
SET
  tries = tries + 1,
  error = :error,
  rests_until = :rests_until
WHERE entry_id = :entry_id
