-- Doubts all rows that were never received if hardly a row of the file agrees with what came in, less than one of ten: the
-- file is perhaps that of another key, or its times, numbers or amounts mean something else.
-- takes: nothing
-- returns: nothing
UPDATE invoice
SET doubt = 'hardly a row of the file agrees with what came in'
WHERE kind = 'never_received'
  AND doubt IS NULL
  AND (
    SELECT 10 * COUNT(*) FILTER (WHERE kind = 'same') < COUNT(*)
    FROM invoice
    WHERE cost > 0
      AND kind IN ('same', 'different_amount', 'never_received')
  )
