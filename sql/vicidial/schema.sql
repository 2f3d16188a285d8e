-- VICIdial, the dialer's side: views of its tables, which are only read, beside the tables of the general schema. All
-- are in a database of the service's own on the dialer's server; `leads` and `lead_first_contacts` are the service's own
-- tables here, filled as costs come. This file and grants.sql alone name the dialer's database: if it is not `asterisk`,
-- change it in both. The views have the rights of their reader (INVOKER), and none of them groups or sorts, so that the
-- server reads the dialer's tables through their own indexes.

-- The inbound calls. caller_id_number has digits only, a leading 1 included; extension is what the trunk has sent as the
-- number dialled. An index on that is of no use, since a DID has a hundred thousand calls: COALESCE keeps it out.
-- There is no primary key; a call is known by its uniqueid, which may repeat on another server of a cluster.
CREATE OR REPLACE SQL SECURITY INVOKER VIEW tldialer_call_log AS
SELECT
  uniqueid AS call_log_id,
  call_date,
  'INBOUND' AS call_direction,
  caller_id_number AS call_from,
  COALESCE(extension, '') AS call_to
FROM asterisk.vicidial_did_log;

-- The legs of the calls: a row each time a call enters an in-group, or an agent transfers it to one. These statuses are
-- the dialer's own for a caller who waits or has met no agent; any other one was set by an agent, or while one talked.
CREATE OR REPLACE SQL SECURITY INVOKER VIEW call_legs AS
SELECT
  closecallid AS leg_id,
  uniqueid AS call_log_id,
  call_date,
  RIGHT(phone_number, 10) AS caller,
  lead_id,
  campaign_id AS in_group,
  user AS agent,
  status,
  COALESCE(status, '') NOT IN (
    '', 'QUEUE', 'DROP', 'XDROP', 'AFTHRS', 'NANQUE', 'IQNANQ', 'TIMEOT', 'HOLDTO', 'WAITTO', 'QVMAIL', 'CLOSOP',
    'HXFER', 'ACFLTR', 'MAXCAL'
  ) AS has_agent,
  GREATEST(COALESCE(length_in_sec - queue_seconds, 0), 0) AS sec_talk
FROM asterisk.vicidial_closer_log;

-- The leads, with the vendor where vendor_lead_code is a small number: it may hold any text.
CREATE OR REPLACE SQL SECURITY INVOKER VIEW dialer_leads AS
SELECT
  lead_id,
  list_id,
  CASE WHEN vendor_lead_code REGEXP '^[0-9]{1,9}$' THEN CAST(vendor_lead_code AS UNSIGNED) END AS vendor_id
FROM asterisk.vicidial_list;

{schema}

-- For reports: each cost with its sender, and the lead, in-group and agent of its call. The delivery log knows the call,
-- so this ends where that was pruned. Of several legs of a lead it shows the last one with an agent.
CREATE OR REPLACE SQL SECURITY INVOKER VIEW inbound_costs AS
SELECT
  r.cost_id, r.call_date, r.date_billed, r.cost, r.call_from, r.call_to, r.notes, k.name AS sender, d.outcome,
  d.call_log_id, d.lead_id, d.vendor_id, l.list_id, leg.in_group, leg.agent, leg.status, leg.sec_talk
FROM call_costs AS r
LEFT JOIN api_keys AS k ON k.api_id = r.method_id
LEFT JOIN deliveries AS d
  ON d.call_from = r.call_from
  AND d.cost_id = r.cost_id
  AND d.outcome IN ('billed', 'unmatched')
LEFT JOIN dialer_leads AS l ON l.lead_id = d.lead_id
LEFT JOIN call_legs AS leg
  ON leg.leg_id = (
    SELECT last.leg_id
    FROM call_legs AS last
    WHERE last.call_log_id = d.call_log_id
      AND last.lead_id = d.lead_id
    ORDER BY last.has_agent DESC, last.call_date DESC, last.leg_id DESC
    LIMIT 1
  )
WHERE r.method = 'ingress';
