-- Sets the kind of each received cost: matched, not on the invoice, or outside of the period and not compared.
-- takes: since, until
-- returns: nothing
UPDATE received
SET kind = CASE
  WHEN cost_id IN (SELECT m.cost_id FROM matches AS m JOIN invoice AS i ON i.row = m.row WHERE i.kind <> 'outside') THEN 'matched'
  WHEN cost_id IN (SELECT cost_id FROM matches) THEN 'outside'
  WHEN called < :since OR called >= :until THEN 'outside'
  ELSE 'not_on_invoice'
END
