-- Counts why rows were never received although an unmatched cost of the same caller and amount is within a day: by another
-- number called, and by another time. A distance of whole halves of an hour may come from the time zone; least and most
-- are such distances, in seconds.
-- takes: tolerance
-- returns: other_did, other_time, other_zone, least, most
SELECT
  COUNT(*) FILTER (WHERE other_did) AS other_did,
  COUNT(*) FILTER (WHERE distance <> 0) AS other_time,
  COUNT(*) FILTER (WHERE distance <> 0 AND ABS(distance - halves * 1800) <= :tolerance) AS other_zone,
  MIN(halves * 1800) FILTER (WHERE distance <> 0) AS least,
  MAX(halves * 1800) FILTER (WHERE distance <> 0) AS most
FROM (
  SELECT other_did, distance, CAST(ROUND(distance / 1800.0) AS INTEGER) AS halves
  FROM (
    SELECT
      i.did <> n.did AS other_did,
      CASE WHEN n.called BETWEEN i.since - :tolerance AND i.until + :tolerance THEN 0 ELSE n.called - i.until END AS distance
    FROM findings AS f
    JOIN invoice AS i ON i.row = f.row
    JOIN received AS n ON n.cost_id = f.nearby
    WHERE f.kind = 'never_received'
  )
)
