-- Deletes an entry that is settled.
-- takes: entry_id
-- returns: nothing
DELETE FROM entries
WHERE entry_id = :entry_id
