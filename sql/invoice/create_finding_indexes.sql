-- Creates the indexes on the rows and costs that differ, when all are judged: few do, and each list of a report looks for them.
-- SQLite uses such an index where a statement has the same condition.
-- takes: nothing
-- returns: nothing
CREATE INDEX invoice_finding ON invoice (kind)
WHERE kind IN ('never_received', 'different_amount', 'billed_twice', 'adjustment', 'unreadable');
CREATE INDEX invoice_call_finding ON invoice (call_kind) WHERE call_kind IS NOT NULL;
CREATE INDEX received_finding ON received (kind) WHERE kind = 'not_on_invoice';
