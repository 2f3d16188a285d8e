-- Deletes deliveries received before a time, a thousand at once, so that no lock is held for long.
-- takes: before
-- returns: nothing
DELETE FROM deliveries
WHERE received < %(before)s
ORDER BY received
LIMIT 1000
