-- Marks each row whose call an earlier row bills, by the platform's id; rows that bill nothing count as the last.
-- takes: nothing
-- returns: nothing
UPDATE invoice
SET twin = 1
WHERE row IN (
  SELECT row
  FROM (
    SELECT row, ROW_NUMBER() OVER (PARTITION BY call_id ORDER BY cost = 0, row) AS turn
    FROM invoice
    WHERE cost >= 0
      AND call_id IN (
        SELECT call_id
        FROM invoice
        WHERE call_id IS NOT NULL
        GROUP BY call_id
        HAVING COUNT(*) > 1
      )
  )
  WHERE turn > 1
)
