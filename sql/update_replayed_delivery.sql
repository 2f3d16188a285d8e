-- Marks a delivery that billed nothing as mended by a later one, once: whoever finds no row here came too late. Locks the
-- row until the transaction ends.
-- takes: delivery_id
-- returns: nothing
UPDATE deliveries
SET outcome = 'replayed'
WHERE delivery_id = %(delivery_id)s
  AND outcome IN ('refused', 'failed', 'dry_run')
