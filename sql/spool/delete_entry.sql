-- Removes an entry that has been dealt with.
-- takes: entry_id
-- returns: nothing
DELETE FROM entries
WHERE entry_id = :entry_id
