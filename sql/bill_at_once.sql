-- Bills a call in one trip instead of nine, as one compound statement of MariaDB; it needs no right to create routines.
-- Each {name} stands for the statement of that file, so whoever adapts those has adapted this one. What one statement
-- finds out for the next is held in variables, v_ before the parameter's name; a duplicate fails with 1062 as always.
-- takes: api_id, delivery_key, fingerprint, received, sent, did, cid, call_date, since, until, date_billed, cost, method_id, ip_address, call_from, call_to, notes
-- returns: cost_id, lead_id, vendor_id, account_id, updated, first_contact
BEGIN NOT ATOMIC
  DECLARE v_delivery_id, v_cost_id, v_call_log_id, v_lead_id, v_vendor_id, v_account_id BIGINT UNSIGNED;
  DECLARE v_updated, v_first_contact INT DEFAULT 0;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    RESIGNAL;
  END;
  START TRANSACTION;
  {insert_delivery};
  SET v_delivery_id = LAST_INSERT_ID();
  {find_call}
  INTO v_call_log_id, v_lead_id, v_vendor_id, v_account_id;
  {insert_cost};
  SET v_cost_id = LAST_INSERT_ID();
  IF v_lead_id IS NOT NULL THEN
    {update_lead_cost};
    SET v_updated = ROW_COUNT();
    IF v_updated THEN
      {update_first_contact_cost};
      SET v_first_contact = ROW_COUNT();
    END IF;
  END IF;
  {update_delivery};
  COMMIT;
  SELECT
    v_cost_id AS cost_id, v_lead_id AS lead_id, v_vendor_id AS vendor_id, v_account_id AS account_id,
    v_updated AS updated, v_first_contact AS first_contact;
END
