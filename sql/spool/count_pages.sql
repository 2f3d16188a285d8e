-- Counts the pages of the file that are in use.
-- takes: nothing
-- returns: pages
SELECT
  (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count) AS pages
