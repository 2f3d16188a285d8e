-- Stages what a sender has raised a cost by.
-- takes: cost_id, raised
-- returns: nothing
INSERT INTO raises
  (cost_id, raised)
VALUES
  (:cost_id, :raised)
