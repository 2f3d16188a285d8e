-- Counts the entries and the failing ones among them, and tells when the oldest came; each through an index.
-- takes: nothing
-- returns: depth, oldest, failing
SELECT
  (SELECT COUNT(*) FROM entries) AS depth,
  (SELECT received FROM entries ORDER BY entry_id LIMIT 1) AS oldest,
  (SELECT COUNT(*) FROM entries WHERE tries > 0) AS failing
