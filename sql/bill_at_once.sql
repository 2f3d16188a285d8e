-- Bills a call in one trip instead of ten, as one compound statement of MariaDB; it needs no right to create routines.
-- Each {name} stands for the statement of that file, so an adapted file is adapted here too. Variables (v_ before the
-- parameter's name) hand the result of one statement to the next. A duplicate fails with 1062, as always.
-- The call is looked up first, before the transaction, so that its tables are locked no longer than that. A look-up that
-- waits too long for a lock (1205) is given up: the call is billed as unmatched, and is_busy says so. With is_looked_up
-- the caller has done it, and brings the call.
-- Only a cluster needs touch_lead, which takes a twentieth of the server's time.
-- The result is one JSON array, because each column of a result costs its reader as much as a row.
-- The statement is prepared once per connection: parsing it for each call took a quarter of the server's time.
-- takes: request_id, api_id, ip_address, received, sent, delivery_key, fingerprint, answered, replay_of, did, cid, call_date, since, until, date_billed, cost, method_id, call_from, call_to, notes, milliseconds, is_cluster, is_looked_up, call_log_id, lead_id, vendor_id, account_id
-- returns: billed
BEGIN NOT ATOMIC
  DECLARE v_began DATETIME(6) DEFAULT SYSDATE(6);
  DECLARE v_delivery_id, v_cost_id BIGINT UNSIGNED;
  DECLARE v_call_log_id VARCHAR(20) CHARACTER SET ascii DEFAULT %(call_log_id)s;
  DECLARE v_lead_id BIGINT UNSIGNED DEFAULT %(lead_id)s;
  DECLARE v_vendor_id BIGINT UNSIGNED DEFAULT %(vendor_id)s;
  DECLARE v_account_id BIGINT UNSIGNED DEFAULT %(account_id)s;
  DECLARE v_updated, v_first_contact, v_is_busy INT DEFAULT 0;
  DECLARE v_outcome VARCHAR(10) DEFAULT 'unmatched';
  DECLARE v_milliseconds INT UNSIGNED DEFAULT %(milliseconds)s;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    RESIGNAL;
  END;
  IF NOT %(is_looked_up)s THEN
    BEGIN
      DECLARE CONTINUE HANDLER FOR 1205 SET v_is_busy = 1;
      {find_call}
      INTO v_call_log_id, v_lead_id, v_vendor_id, v_account_id;
    END;
  END IF;
  START TRANSACTION;
  IF v_call_log_id IS NOT NULL THEN
    SET v_outcome = 'billed';
  END IF;
  {insert_delivery};
  SET v_delivery_id = LAST_INSERT_ID();
  {insert_cost};
  SET v_cost_id = LAST_INSERT_ID();
  IF v_lead_id IS NOT NULL THEN
    IF %(is_cluster)s THEN
      {touch_lead};
    END IF;
    {update_lead_cost};
    SET v_updated = ROW_COUNT() > 0; -- an INSERT that has updated a row counts 2
    IF v_updated THEN
      {update_first_contact_cost};
      SET v_first_contact = ROW_COUNT() > 0;
    END IF;
  END IF;
  SET v_milliseconds = v_milliseconds + TIMESTAMPDIFF(MICROSECOND, v_began, SYSDATE(6)) DIV 1000;
  {update_delivery};
  COMMIT;
  SELECT JSON_ARRAY(
    v_cost_id, v_call_log_id, v_lead_id, v_vendor_id, v_account_id, v_updated, v_first_contact, v_is_busy
  ) AS billed;
END
