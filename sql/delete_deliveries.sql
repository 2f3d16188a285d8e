-- Forgets deliveries received before a time, a thousand at once, so that nothing is locked for long.
-- takes: before
-- returns: nothing
DELETE FROM deliveries
WHERE received < %(before)s
ORDER BY received
LIMIT 1000
