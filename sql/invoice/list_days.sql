-- Lists what each kind of difference adds to the invoice by day, on the dialer's calendar.
-- takes: nothing
-- returns: day, kind, difference
SELECT
  DATE(COALESCE(since, called), 'unixepoch') AS day, kind, SUM(difference) AS difference
FROM findings
WHERE difference <> 0
  AND COALESCE(since, called) IS NOT NULL
GROUP BY day, kind
ORDER BY day
