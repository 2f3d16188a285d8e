-- Logs a delivery that billed nothing: refused, failed, a duplicate, or a dry run. It has no key, so it claims none.
-- takes: request_id, api_id, ip_address, received, sent, outcome, status, error, call_from, call_to, cost, call_date, duplicate_of, milliseconds
-- returns: nothing
INSERT INTO deliveries
  (request_id, api_id, ip_address, received, sent, outcome, status, error, call_from, call_to, cost, call_date, duplicate_of,
   milliseconds)
VALUES
  (%(request_id)s, %(api_id)s, %(ip_address)s, %(received)s, %(sent)s, %(outcome)s, %(status)s, %(error)s, %(call_from)s,
   %(call_to)s, %(cost)s, %(call_date)s, %(duplicate_of)s, %(milliseconds)s)
