-- Makes the row of a lead that has had no cost yet, so that it can be locked: a lock without a row would lock nothing.
-- takes: lead_id
-- returns: nothing
INSERT INTO leads
  (lead_id)
VALUES
  (%(lead_id)s)
ON DUPLICATE KEY UPDATE lead_id = lead_id
