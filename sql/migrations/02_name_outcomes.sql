-- Renames the outcomes repeated, tried and mended to duplicate, dry_run and replayed, 10,000 rows at a time.
SELECT EXISTS (
  SELECT 1
  FROM deliveries
  WHERE outcome IN ('repeated', 'tried', 'mended')
);
UPDATE deliveries
SET outcome = ELT(FIELD(outcome, 'repeated', 'tried', 'mended'), 'duplicate', 'dry_run', 'replayed')
WHERE outcome IN ('repeated', 'tried', 'mended')
LIMIT 10000;
