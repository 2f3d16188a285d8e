-- Finds the delivery that another one was replayed as. It has the same time, so one second of the log is read.
-- takes: delivery_id, received
-- returns: delivery_id
SELECT
  delivery_id
FROM deliveries
WHERE received = %(received)s
  AND replay_of = %(delivery_id)s
  AND outcome IN ('billed', 'unmatched', 'corrected')
