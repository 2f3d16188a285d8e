-- Creates the indexes on the calls that were looked up: few rows have one.
-- takes: nothing
-- returns: nothing
CREATE INDEX invoice_call ON invoice (call_log_id) WHERE call_log_id IS NOT NULL;
CREATE INDEX received_call ON received (call_log_id) WHERE call_log_id IS NOT NULL;
