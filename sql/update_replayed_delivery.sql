-- Marks a delivery that billed nothing as replayed by a later one, once: no row here means that another replay was first.
-- Locks the row until the transaction ends.
-- takes: delivery_id
-- returns: nothing
UPDATE deliveries
SET outcome = 'replayed'
WHERE delivery_id = %(delivery_id)s
  AND outcome IN ('refused', 'failed', 'dry_run', 'superseded')
