-- Stages a cost that came in.
-- takes: cost_id, notes, did, cid, called, cost, has_call
-- returns: nothing
INSERT INTO received
  (cost_id, notes, did, cid, called, cost, has_call)
VALUES
  (:cost_id, :notes, :did, :cid, :called, :cost, :has_call)
