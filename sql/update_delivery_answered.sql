-- Keeps the whole answer of a correction, which is known last.
-- takes: delivery_id, answered
-- returns: nothing
UPDATE deliveries
SET answered = %(answered)s
WHERE delivery_id = %(delivery_id)s
