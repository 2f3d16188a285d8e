-- Stages a cost that came in; its numbers may come as texts.
-- takes: cost_id, did, cid, called, cost, has_call, notes
-- returns: nothing
INSERT INTO received
  (cost_id, did, cid, called, cost, has_call, notes)
VALUES
  (:cost_id, :did, :cid, :called, :cost, :has_call, NULLIF(:notes, ''))
