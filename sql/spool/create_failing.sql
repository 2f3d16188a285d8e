-- Creates the index by which the failing entries are counted.
-- takes: nothing
-- returns: nothing
CREATE INDEX IF NOT EXISTS failing ON entries (tries) WHERE tries > 0
