-- VICIdial's own tables, as far as the service and its reports read them: columns, types, keys and engine are the
-- dialer's. Made anew for the tests, which refuse a server that is not theirs.
DROP DATABASE IF EXISTS asterisk;
CREATE DATABASE asterisk CHARACTER SET latin1;
USE asterisk;

-- a row for each call that came in on a DID
CREATE TABLE vicidial_did_log (
  uniqueid VARCHAR(20) NOT NULL,
  channel VARCHAR(100) NOT NULL,
  server_ip VARCHAR(15) NOT NULL,
  caller_id_number VARCHAR(18),
  caller_id_name VARCHAR(20),
  extension VARCHAR(100),
  call_date DATETIME,
  did_id VARCHAR(9) DEFAULT '',
  did_route VARCHAR(20) DEFAULT '',
  INDEX (uniqueid),
  INDEX (caller_id_number),
  INDEX (extension),
  INDEX (call_date)
) ENGINE = MyISAM;

-- a row each time a call enters an in-group
CREATE TABLE vicidial_closer_log (
  closecallid INT UNSIGNED NOT NULL AUTO_INCREMENT,
  lead_id INT UNSIGNED NOT NULL,
  list_id BIGINT UNSIGNED,
  campaign_id VARCHAR(20),
  call_date DATETIME,
  start_epoch INT UNSIGNED,
  end_epoch INT UNSIGNED,
  length_in_sec INT,
  status VARCHAR(6),
  phone_code VARCHAR(10),
  phone_number VARCHAR(18),
  user VARCHAR(20),
  comments VARCHAR(255),
  processed ENUM('Y', 'N'),
  queue_seconds DECIMAL(7,2) DEFAULT '0',
  user_group VARCHAR(20),
  xfercallid INT UNSIGNED,
  term_reason ENUM('CALLER', 'AGENT', 'QUEUETIMEOUT', 'ABANDON', 'AFTERHOURS', 'HOLDRECALLXFER', 'HOLDTIME', 'NOAGENT', 'NONE', 'MAXCALLS', 'ACFILTER', 'CLOSETIME') DEFAULT 'NONE',
  uniqueid VARCHAR(20) NOT NULL DEFAULT '',
  agent_only VARCHAR(20) DEFAULT '',
  queue_position SMALLINT UNSIGNED DEFAULT '1',
  called_count SMALLINT UNSIGNED DEFAULT '0',
  PRIMARY KEY (closecallid),
  INDEX (lead_id),
  INDEX (call_date),
  INDEX (campaign_id),
  INDEX (uniqueid),
  INDEX (phone_number),
  INDEX date_user (call_date, user)
) ENGINE = MyISAM;

-- the leads; columns that no statement here reads are left out of this table and those below
CREATE TABLE vicidial_list (
  lead_id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  entry_date DATETIME,
  modify_date TIMESTAMP,
  status VARCHAR(6),
  user VARCHAR(20),
  vendor_lead_code VARCHAR(20),
  source_id VARCHAR(50),
  list_id BIGINT UNSIGNED NOT NULL DEFAULT '0',
  phone_code VARCHAR(10),
  phone_number VARCHAR(18) NOT NULL,
  PRIMARY KEY (lead_id),
  INDEX (phone_number),
  INDEX (list_id),
  INDEX (status)
) ENGINE = MyISAM;

CREATE TABLE vicidial_lists (
  list_id BIGINT UNSIGNED NOT NULL,
  list_name VARCHAR(30),
  campaign_id VARCHAR(8),
  PRIMARY KEY (list_id)
) ENGINE = MyISAM;

CREATE TABLE vicidial_inbound_groups (
  group_id VARCHAR(20) NOT NULL,
  group_name VARCHAR(30),
  PRIMARY KEY (group_id)
) ENGINE = MyISAM;

CREATE TABLE vicidial_inbound_dids (
  did_id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  did_pattern VARCHAR(50) NOT NULL,
  did_description VARCHAR(50),
  PRIMARY KEY (did_id),
  UNIQUE INDEX (did_pattern)
) ENGINE = MyISAM;

CREATE TABLE vicidial_users (
  user_id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  user VARCHAR(20) NOT NULL,
  full_name VARCHAR(50),
  PRIMARY KEY (user_id),
  UNIQUE INDEX (user)
) ENGINE = MyISAM;
