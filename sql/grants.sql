-- The users of the database and their rights, as `ingress grants` prints them for its administrator: each user may do what
-- its work needs and no more. One script fits an empty server, a dialer's database and an upgrade, and may run again.
-- Filled in, where a blank line parts paragraphs: {database}; {schema}, the statements of schema.sql; {service}, {owner}
-- and {reader}, accounts such as 'ingress'@'localhost'; {service_password} and so on, as texts in quotes. A paragraph is
-- printed, with its comments, if all users that it names are wanted. This one is not printed.
-- A right on one table needs the table (unless it is CREATE), so the tables come first.

-- The database and the tables that are missing in it. Nothing that exists is changed.
CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4;
USE {database};

{schema}

-- The service, and the commands that people and timers run. It finds calls, sets the cost of a lead and reads no more of
-- the lead than it answers; it adds costs, changes nothing of them but the amount, and can neither change nor delete
-- their history.
CREATE USER IF NOT EXISTS {service} IDENTIFIED BY {service_password};
GRANT SELECT ON {database}.tldialer_call_log TO {service};
GRANT SELECT (lead_id, vendor_id, account_id, cost), UPDATE (cost) ON {database}.leads TO {service};
GRANT SELECT (lead_id, cost), UPDATE (cost) ON {database}.lead_first_contacts TO {service};
GRANT SELECT, INSERT, UPDATE (cost) ON {database}.call_costs TO {service};
GRANT SELECT, INSERT ON {database}.cost_changes TO {service};
GRANT SELECT, INSERT, UPDATE ON {database}.api_keys TO {service};
GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.deliveries TO {service};

-- The owner, for `ingress schema apply` after an upgrade: it alters the service's own tables and moves their rows. Of the
-- dialer's tables it may only create those that are missing.
CREATE USER IF NOT EXISTS {owner} IDENTIFIED BY {owner_password};
GRANT SELECT, INSERT, UPDATE, CREATE, ALTER ON {database}.api_keys TO {owner};
GRANT SELECT, INSERT, UPDATE, CREATE, ALTER ON {database}.deliveries TO {owner};
GRANT SELECT, INSERT, UPDATE, CREATE, ALTER ON {database}.cost_changes TO {owner};
GRANT CREATE ON {database}.call_costs TO {owner};
GRANT CREATE ON {database}.tldialer_call_log TO {owner};
GRANT CREATE ON {database}.leads TO {owner};
GRANT CREATE ON {database}.lead_first_contacts TO {owner};

-- The reader, for reports in SQL: costs with their history, deliveries and calls, and the names of the keys.
CREATE USER IF NOT EXISTS {reader} IDENTIFIED BY {reader_password};
GRANT SELECT ON {database}.call_costs TO {reader};
GRANT SELECT ON {database}.cost_changes TO {reader};
GRANT SELECT ON {database}.deliveries TO {reader};
GRANT SELECT ON {database}.tldialer_call_log TO {reader};
GRANT SELECT (api_id, name) ON {database}.api_keys TO {reader};
