-- Sets the kind of the received costs that are not matched with a row of the period: not on the invoice, or outside of the
-- period and not compared.
-- takes: since, until
-- returns: nothing
UPDATE received
SET kind = CASE
  WHEN cost_id IN (SELECT cost_id FROM matches) OR called < :since OR called >= :until THEN 'outside'
  ELSE 'not_on_invoice'
END
WHERE cost_id NOT IN (SELECT cost_id FROM matches)
  OR cost_id IN (SELECT cost_id FROM invoice WHERE kind = 'outside')
