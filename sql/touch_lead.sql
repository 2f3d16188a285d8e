-- Changes the cost of a lead that carries this cost already, for the statement that sets the cost after it: together they
-- are always a change. Galera and Group Replication compare the rows that two nodes have changed, and a lock is not seen on
-- the other node. Without a change, an older call's cost that is written there at the same moment would stay on the lead.
-- takes: lead_id, cost
-- returns: nothing
UPDATE leads
SET cost = IF(cost = 0, 1, 0)
WHERE lead_id = %(lead_id)s
  AND cost = %(cost)s
