-- Copies what the columns repeats and mends of an earlier version hold, 10,000 rows at a time.
-- needs: deliveries.repeats
SELECT EXISTS (
  SELECT 1
  FROM deliveries
  WHERE (repeats IS NOT NULL AND duplicate_of IS NULL)
    OR (mends IS NOT NULL AND replay_of IS NULL)
);
UPDATE deliveries
SET
  duplicate_of = COALESCE(duplicate_of, repeats),
  replay_of = COALESCE(replay_of, mends)
WHERE (repeats IS NOT NULL AND duplicate_of IS NULL)
  OR (mends IS NOT NULL AND replay_of IS NULL)
LIMIT 10000;
