-- Creates the indexes, when both sides are filled: built at once, they take a fifth of the time.
-- takes: nothing
-- returns: nothing
CREATE INDEX invoice_call_id ON invoice (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX invoice_credit ON invoice (call_id) WHERE cost < 0;
CREATE INDEX invoice_pair ON invoice (cid, did, since);
CREATE INDEX received_pair ON received (cid, did, called);
