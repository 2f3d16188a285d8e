-- Claims a delivery before anything else is written: a second delivery with this key waits here until the first
-- transaction ends, and then fails with 1062 (duplicate), or goes ahead because the first was rolled back. Its id is the
-- last insert id.
-- takes: request_id, api_id, ip_address, received, sent, outcome, delivery_key, fingerprint, answered, replay_of, call_from, call_to, cost, call_date, call_log_id, lead_id, vendor_id, account_id
-- returns: nothing
INSERT INTO deliveries
  (request_id, api_id, ip_address, received, sent, outcome, status, delivery_key, fingerprint, answered, replay_of,
   call_from, call_to, cost, call_date, call_log_id, lead_id, vendor_id, account_id)
VALUES
  (%(request_id)s, %(api_id)s, %(ip_address)s, %(received)s, %(sent)s, %(outcome)s, 200, %(delivery_key)s, %(fingerprint)s,
   %(answered)s, %(replay_of)s, %(call_from)s, %(call_to)s, %(cost)s, %(call_date)s, %(call_log_id)s, %(lead_id)s, %(vendor_id)s,
   %(account_id)s)
