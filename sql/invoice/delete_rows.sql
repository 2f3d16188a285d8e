-- Deletes the rows of the export, so that it can be read again.
-- takes: nothing
-- returns: nothing
DELETE FROM invoice
