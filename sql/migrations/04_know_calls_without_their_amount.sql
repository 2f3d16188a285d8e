-- Takes the amount, which may change, out of fingerprints and of the keys of calls that came without a key of the sender.
-- Where one call has several costs, the oldest keeps the key. 10,000 rows at a time.
SELECT EXISTS (
  SELECT 1
  FROM deliveries
  WHERE fingerprint REGEXP '^[0-9]{10} [0-9]{10} [0-9]+[.][0-9]{4} '
);
UPDATE IGNORE deliveries
SET
  delivery_key = CONCAT('call ', SUBSTRING_INDEX(fingerprint, ' ', 2), ' ',
    SUBSTRING(fingerprint, LENGTH(SUBSTRING_INDEX(fingerprint, ' ', 3)) + 2))
WHERE fingerprint REGEXP '^[0-9]{10} [0-9]{10} [0-9]+[.][0-9]{4} '
  AND delivery_key = CONCAT('call ', fingerprint)
ORDER BY delivery_id
LIMIT 10000;
UPDATE deliveries
SET
  fingerprint = CONCAT(SUBSTRING_INDEX(fingerprint, ' ', 2), ' ',
    SUBSTRING(fingerprint, LENGTH(SUBSTRING_INDEX(fingerprint, ' ', 3)) + 2))
WHERE fingerprint REGEXP '^[0-9]{10} [0-9]{10} [0-9]+[.][0-9]{4} '
ORDER BY delivery_id
LIMIT 10000;
