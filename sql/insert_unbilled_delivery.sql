-- Logs a delivery that inserted no cost: refused, failed, a duplicate, a correction, or a dry run. It has no key, so it
-- claims none, and no lead, so that only a cost's own delivery counts for the lead. Its id is the last insert id.
-- takes: request_id, api_id, ip_address, received, sent, outcome, status, error, answered, call_from, call_to, cost, call_date, cost_id, duplicate_of, replay_of, milliseconds
-- returns: nothing
INSERT INTO deliveries
  (request_id, api_id, ip_address, received, sent, outcome, status, error, answered, call_from, call_to, cost, call_date,
   cost_id, duplicate_of, replay_of, milliseconds)
VALUES
  (%(request_id)s, %(api_id)s, %(ip_address)s, %(received)s, %(sent)s, %(outcome)s, %(status)s, %(error)s, %(answered)s,
   %(call_from)s, %(call_to)s, %(cost)s, %(call_date)s, %(cost_id)s, %(duplicate_of)s, %(replay_of)s, %(milliseconds)s)
