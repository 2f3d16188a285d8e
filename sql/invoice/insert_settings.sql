-- Keeps what the operator asked for where the list of findings can see it.
-- takes: min_seconds
-- returns: nothing
INSERT INTO settings
  (min_seconds)
VALUES
  (:min_seconds)
