-- Makes the row of a lead that has none: nothing here, where leads are the dialer's, and one without a row is gone.
-- takes: nothing
-- returns: nothing
DO 0
