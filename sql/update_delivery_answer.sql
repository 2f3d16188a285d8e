-- Remembers the answer to the delivery that this transaction has claimed.
-- takes: api_id, delivery_key, answer
-- returns: nothing
UPDATE deliveries
SET answer = %(answer)s
WHERE api_id = %(api_id)s
  AND delivery_key = %(delivery_key)s
