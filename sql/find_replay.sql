-- Finds the delivery that has mended another one. It has kept that one's time, so a second of the log is read.
-- takes: delivery_id, received
-- returns: delivery_id
SELECT
  delivery_id
FROM deliveries
WHERE received = %(received)s
  AND replay_of = %(delivery_id)s
  AND outcome IN ('billed', 'unmatched')
