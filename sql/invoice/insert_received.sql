-- Stages a cost that came in.
-- takes: cost_id, notes, did, cid, called, cost
-- returns: nothing
INSERT INTO received
  (cost_id, notes, did, cid, called, cost)
VALUES
  (:cost_id, :notes, :did, :cid, :called, :cost)
