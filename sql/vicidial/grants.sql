-- The users of the database and their rights with VICIdial, as `ingress grants` prints them; see ../grants.sql, whose
-- paragraphs and placeholders these are. {database} is the service's own, on the dialer's server. The dialer's is asterisk
-- and only read: do not give the service VICIdial's own user, which may write everything.
-- SHOW VIEW is for /readyz, which asks for the plan of each statement.

-- The database and the tables and views that are missing in it. Nothing of the dialer is changed.
CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4;
USE {database};

{schema}

-- The service, and the commands that people and timers run. Of the dialer it reads the columns that find a call and its
-- lead; it adds costs, changes nothing of them but the amount, and can neither change nor delete their history.
CREATE USER IF NOT EXISTS {service} IDENTIFIED BY {service_password};
GRANT SELECT (uniqueid, caller_id_number, extension, call_date) ON asterisk.vicidial_did_log TO {service};
GRANT SELECT (closecallid, uniqueid, call_date, phone_number, lead_id, campaign_id, user, status, length_in_sec, queue_seconds) ON asterisk.vicidial_closer_log TO {service};
GRANT SELECT (lead_id, list_id, vendor_lead_code) ON asterisk.vicidial_list TO {service};
GRANT SELECT, SHOW VIEW ON {database}.tldialer_call_log TO {service};
GRANT SELECT, SHOW VIEW ON {database}.call_legs TO {service};
GRANT SELECT, SHOW VIEW ON {database}.dialer_leads TO {service};
GRANT SELECT, INSERT, UPDATE ON {database}.leads TO {service};
GRANT SELECT, INSERT, UPDATE ON {database}.lead_first_contacts TO {service};
GRANT SELECT, INSERT, UPDATE (cost) ON {database}.call_costs TO {service};
GRANT SELECT, INSERT ON {database}.cost_changes TO {service};
GRANT SELECT, INSERT, UPDATE ON {database}.api_keys TO {service};
GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.deliveries TO {service};

-- The owner, for `ingress schema apply` after an upgrade: it alters the service's own tables, moves their rows, and makes
-- the views anew.
CREATE USER IF NOT EXISTS {owner} IDENTIFIED BY {owner_password};
GRANT SELECT, INSERT, UPDATE, CREATE, ALTER ON {database}.api_keys TO {owner};
GRANT SELECT, INSERT, UPDATE, CREATE, ALTER ON {database}.deliveries TO {owner};
GRANT SELECT, INSERT, UPDATE, CREATE, ALTER ON {database}.cost_changes TO {owner};
GRANT SELECT, CREATE ON {database}.call_costs TO {owner};
GRANT SELECT, CREATE ON {database}.leads TO {owner};
GRANT SELECT, CREATE ON {database}.lead_first_contacts TO {owner};
GRANT SELECT, CREATE, CREATE VIEW, DROP ON {database}.tldialer_call_log TO {owner};
GRANT SELECT, CREATE VIEW, DROP ON {database}.call_legs TO {owner};
GRANT SELECT, CREATE VIEW, DROP ON {database}.dialer_leads TO {owner};
GRANT SELECT, CREATE VIEW, DROP ON {database}.inbound_costs TO {owner};
GRANT SELECT (uniqueid, caller_id_number, extension, call_date) ON asterisk.vicidial_did_log TO {owner};
GRANT SELECT (closecallid, uniqueid, call_date, phone_number, lead_id, campaign_id, user, status, length_in_sec, queue_seconds) ON asterisk.vicidial_closer_log TO {owner};
GRANT SELECT (lead_id, list_id, vendor_lead_code) ON asterisk.vicidial_list TO {owner};

-- The reader, for reports: costs with their history, deliveries and calls, and of the keys all but their hashes. Names of
-- in-groups, lists and agents are the dialer's.
CREATE USER IF NOT EXISTS {reader} IDENTIFIED BY {reader_password};
GRANT SELECT ON {database}.inbound_costs TO {reader};
GRANT SELECT ON {database}.tldialer_call_log TO {reader};
GRANT SELECT ON {database}.call_legs TO {reader};
GRANT SELECT ON {database}.dialer_leads TO {reader};
GRANT SELECT ON {database}.leads TO {reader};
GRANT SELECT ON {database}.lead_first_contacts TO {reader};
GRANT SELECT ON {database}.call_costs TO {reader};
GRANT SELECT ON {database}.cost_changes TO {reader};
GRANT SELECT ON {database}.deliveries TO {reader};
GRANT SELECT (api_id, name, version, enabled, scope, endpoints, ip_addresses, time_zone, sender, on_change, created, last_used, failed, failed_from) ON {database}.api_keys TO {reader};
GRANT SELECT (uniqueid, caller_id_number, extension, call_date) ON asterisk.vicidial_did_log TO {reader};
GRANT SELECT (closecallid, uniqueid, call_date, phone_number, lead_id, campaign_id, user, status, length_in_sec, queue_seconds) ON asterisk.vicidial_closer_log TO {reader};
GRANT SELECT (lead_id, list_id, vendor_lead_code, status) ON asterisk.vicidial_list TO {reader};
GRANT SELECT (list_id, list_name, campaign_id) ON asterisk.vicidial_lists TO {reader};
GRANT SELECT (group_id, group_name) ON asterisk.vicidial_inbound_groups TO {reader};
GRANT SELECT (did_pattern, did_description) ON asterisk.vicidial_inbound_dids TO {reader};
GRANT SELECT (user, full_name) ON asterisk.vicidial_users TO {reader};
