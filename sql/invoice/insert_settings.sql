-- Stores the options that the view of findings needs.
-- takes: min_seconds
-- returns: nothing
INSERT INTO settings
  (min_seconds)
VALUES
  (:min_seconds)
