-- A little life for the demo: calls that TLDialer could have logged, the leads behind them and their first contacts.
-- Runs at every start: the calls move up to the present, so that a request without a call_date still finds one;
-- what has been billed since stays.
-- takes: now, the wall clock of TLDIALER_TIMEZONE
-- returns: nothing
SET @now = %(now)s;

INSERT INTO leads
  (lead_id, vendor_id, account_id)
VALUES
  (7000123, 14962, 12),
  (7000124, 14962, 12),
  (7000125, 15077, 31)
ON DUPLICATE KEY UPDATE lead_id = VALUES(lead_id);

INSERT INTO tldialer_call_log
  (call_log_id, call_date, call_direction, call_from, call_to, lead_id, vendor_id, status, sec_talk, billable)
VALUES
  (501, @now - INTERVAL 2 MINUTE, 'INBOUND', '7205550134', '8005550142', 7000123, 14962, 'SALE', 94, 1),
  -- the same caller the day before: further from now, so it stays unbilled
  (502, @now - INTERVAL 1 DAY, 'INBOUND', '7205550134', '8005550142', 7000123, 14962, 'NI', 12, 0),
  -- numbers as other carriers write them
  (503, @now - INTERVAL 20 MINUTE, 'INBOUND', '14155550100', '18005550142', 7000124, 14962, 'SALE', 611, 1),
  (504, @now - INTERVAL 45 MINUTE, 'INBOUND', '+13035550177', '+18885550119', 7000125, 15077, 'CALLBK', 203, 1),
  -- a caller without a lead: a cost is kept, no lead is updated
  (505, @now - INTERVAL 5 MINUTE, 'INBOUND', '2125550188', '8005550142', NULL, 14962, 'DROP', 3, 0),
  -- our call back: no inbound call, so it is never matched
  (506, @now - INTERVAL 1 MINUTE, 'OUTBOUND', '8005550142', '7205550134', 7000123, 14962, 'SALE', 60, 0)
ON DUPLICATE KEY UPDATE call_date = VALUES(call_date);

INSERT INTO lead_first_contacts
  (lead_id, call_log_id)
VALUES
  (7000123, 502),
  (7000124, 503),
  (7000125, 504)
ON DUPLICATE KEY UPDATE call_log_id = VALUES(call_log_id);
