-- Inserts what a call cost; the new cost id is the statement's last insert id.
-- takes: date_billed, cost, method_id, ip_address, call_date, call_from, call_to, notes
-- returns: nothing
INSERT INTO call_costs
  (date_billed, cost, method, method_id, ip_address, call_date, call_from, call_to,
   attributable, attributed, calculatable, notes)
VALUES
  (%(date_billed)s, %(cost)s, 'ingress', %(method_id)s, %(ip_address)s, %(call_date)s, %(call_from)s, %(call_to)s,
   1, 0, 0, %(notes)s)
