-- Locks a delivery's row until the transaction ends: the first lock of every change of an amount, as of every billing.
-- takes: delivery_id
-- returns: delivery_id
SELECT
  delivery_id
FROM deliveries
WHERE delivery_id = %(delivery_id)s
FOR UPDATE
