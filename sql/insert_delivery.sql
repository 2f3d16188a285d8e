-- Claims a delivery before anything else is written: a second one with this key waits here until the first is through,
-- and then fails with 1062 (duplicate) or goes ahead because the first was undone. Its id is the last insert id.
-- takes: api_id, delivery_key, fingerprint, received, sent
-- returns: nothing
INSERT INTO deliveries
  (api_id, delivery_key, fingerprint, received, sent)
VALUES
  (%(api_id)s, %(delivery_key)s, %(fingerprint)s, %(received)s, %(sent)s)
