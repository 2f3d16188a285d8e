-- The tables that the service reads and writes, as a reference: `ingress schema apply` creates those that are
-- missing. The files of `migrations/` bring the service's own up to date; no other table is ever altered. A dialer that
-- names things differently adapts the statements in this folder; no table or column name stands in Python. Times are
-- the dialer's wall clock (TLDIALER_TIMEZONE) in naive DATETIMEs.
-- Every table is InnoDB, because a cost and what follows from it are one transaction.

-- Who may send costs. Read on every request by primary key; written by `ingress keys`.
CREATE TABLE IF NOT EXISTS api_keys (
  api_id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  key_hash CHAR(64) CHARACTER SET ascii NOT NULL, -- SHA-256 in hex; enough for a secret of 256 random bits
  old_key_hash CHAR(64) CHARACTER SET ascii NULL, -- of the secret before the last rotation
  old_until DATETIME NULL, -- when the old secret stops passing; once it is past, the hash only tells who still sends it
  name VARCHAR(100) NOT NULL DEFAULT '',
  version VARCHAR(10) NOT NULL DEFAULT 'v1', -- the billable endpoint serves v1 only
  enabled TINYINT NOT NULL DEFAULT 1,
  scope VARCHAR(10) CHARACTER SET ascii NOT NULL DEFAULT 'ingress', -- ingress sends costs, admin signs in to the console
  endpoints TEXT NULL, -- endpoint protections, a pattern a line; none = every endpoint
  ip_addresses TEXT NULL, -- IP protections: CSV of addresses and CIDR ranges; none = any address
  time_zone VARCHAR(64) NULL, -- of this sender's times without an offset; NULL = TLDIALER_TIMEZONE
  sender VARCHAR(50) NULL, -- the entry of a file of senders by which its bodies are read; NULL = the documented names
  on_change VARCHAR(10) CHARACTER SET ascii NOT NULL DEFAULT 'correct', -- another amount: correct, refuse or insert
  created DATETIME NULL,
  last_used DATETIME NULL, -- with the present secret; to the minute, so that busy senders do not queue for this row
  old_last_used DATETIME NULL, -- with the old secret
  failed DATETIME NULL, -- when a wrong secret came for it last, to the minute
  failed_from VARCHAR(45) NULL, -- the address that it came from
  sign_outs INT UNSIGNED NOT NULL DEFAULT 0, -- of the console: a session is over when it began with a smaller count
  PRIMARY KEY (api_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The dialer's record of every call, written by the dialer, only read here. Tens of millions of rows are usual, so the
-- look-up must go through the index on the pair: equality on both numbers, then the range of time.
CREATE TABLE IF NOT EXISTS tldialer_call_log (
  call_log_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  call_date DATETIME NOT NULL,
  call_direction VARCHAR(10) NOT NULL, -- INBOUND or OUTBOUND
  call_from VARCHAR(20) NOT NULL, -- text, not a number: 10 digits, 1 + 10 or +1 + 10, or a word such as anonymous
  call_to VARCHAR(20) NOT NULL,
  lead_id BIGINT UNSIGNED NULL,
  vendor_id INT UNSIGNED NULL,
  status VARCHAR(20) NOT NULL DEFAULT '',
  sec_talk INT UNSIGNED NOT NULL DEFAULT 0,
  billable TINYINT NOT NULL DEFAULT 0,
  cost DECIMAL(12,4) NULL,
  PRIMARY KEY (call_log_id),
  KEY pair_and_date (call_from, call_to, call_date)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- What calls cost: a row for every billed call, whether it was found in the call log or not.
CREATE TABLE IF NOT EXISTS call_costs (
  cost_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  date_billed DATETIME NOT NULL,
  cost DECIMAL(12,4) NOT NULL, -- exact money, to a hundredth of a cent
  method VARCHAR(20) NOT NULL DEFAULT '', -- ingress for all that comes through this service
  method_id INT UNSIGNED NULL, -- the API id
  ip_address VARCHAR(45) NOT NULL DEFAULT '', -- 45 = the longest way to write an IPv6 address
  call_date DATETIME NOT NULL,
  call_from VARCHAR(20) NOT NULL,
  call_to VARCHAR(20) NOT NULL,
  attributable TINYINT NOT NULL DEFAULT 1,
  attributed TINYINT NOT NULL DEFAULT 0,
  calculatable TINYINT NOT NULL DEFAULT 0,
  notes TEXT NULL, -- 65,535 bytes, the limit that senders are told
  PRIMARY KEY (cost_id),
  KEY pair_and_date (call_from, call_to, call_date) -- an invoice is checked call by call
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The history of costs: a row for every change of an amount, written in the transaction of the change, never updated and
-- never deleted. From the first amount to the present one, each row's cost_to is the next one's cost_from.
CREATE TABLE IF NOT EXISTS cost_changes (
  change_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  cost_id BIGINT UNSIGNED NOT NULL,
  changed DATETIME NOT NULL,
  cost_from DECIMAL(12,4) NOT NULL,
  cost_to DECIMAL(12,4) NOT NULL, -- 0 = cancelled
  api_id INT UNSIGNED NULL, -- the key of the sender, or of the admin in the console
  delivery_id BIGINT UNSIGNED NULL, -- the delivery that brought the amount
  changed_by VARCHAR(100) NOT NULL, -- the key's name, or a person's
  reason VARCHAR(500) NOT NULL,
  PRIMARY KEY (change_id),
  KEY cost_id (cost_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The people behind the calls; a lead's cost is that of its newest billed call that is not cancelled.
CREATE TABLE IF NOT EXISTS leads (
  lead_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  vendor_id INT UNSIGNED NULL,
  account_id INT UNSIGNED NULL,
  cost DECIMAL(12,4) NULL,
  PRIMARY KEY (lead_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The first contact with each lead, one row a lead.
CREATE TABLE IF NOT EXISTS lead_first_contacts (
  lead_id BIGINT UNSIGNED NOT NULL,
  call_log_id BIGINT UNSIGNED NULL,
  cost DECIMAL(12,4) NULL,
  PRIMARY KEY (lead_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The delivery log: a row for every request with valid credentials, and for the billed ones the memory that keeps them
-- from being billed twice; theirs is written in the transaction of the cost. The unique key is what makes two
-- simultaneous deliveries wait for each other; what billed nothing has no key. Kept for 90 days and then pruned
-- (`ingress deliveries prune`): platforms retry for hours, but while an invoice is settled, which takes up to a quarter,
-- a month's calls may be fired once more.
CREATE TABLE IF NOT EXISTS deliveries (
  delivery_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  request_id CHAR(32) CHARACTER SET ascii NOT NULL, -- as in the answer's X-Request-ID; begins with the time
  api_id INT UNSIGNED NOT NULL,
  ip_address VARCHAR(45) NOT NULL DEFAULT '',
  received DATETIME NOT NULL,
  sent MEDIUMTEXT NOT NULL, -- JSON: what came in path, query, body and headers, less the secrets
  outcome VARCHAR(10) CHARACTER SET ascii NOT NULL, -- one of ingress/outcome.py
  status SMALLINT UNSIGNED NOT NULL,
  error VARCHAR(500) NULL, -- the text that was answered
  milliseconds INT UNSIGNED NOT NULL DEFAULT 0, -- from arrival to the commit
  delivery_key VARBINARY(1100) NULL, -- the sender's idempotency key, or the call itself; bytes, so case matters
  fingerprint VARCHAR(100) CHARACTER SET ascii NULL, -- did, cid and call_date: the same key must mean the same call
  answered MEDIUMTEXT NULL, -- JSON: what was known of the answer beforehand, or all of a correction's
  call_from VARCHAR(20) NULL, -- from here on: what was understood, as far as it was
  call_to VARCHAR(20) NULL,
  cost DECIMAL(12,4) NULL,
  call_date DATETIME NULL,
  cost_id BIGINT UNSIGNED NULL, -- from here on: what billing has found out
  call_log_id VARCHAR(20) CHARACTER SET ascii NULL, -- a text, for a dialer's id may be 1709648510.1042
  lead_id BIGINT UNSIGNED NULL,
  vendor_id INT UNSIGNED NULL,
  account_id INT UNSIGNED NULL,
  updated TINYINT NOT NULL DEFAULT 0,
  first_contact TINYINT NOT NULL DEFAULT 0,
  duplicate_of BIGINT UNSIGNED NULL, -- the delivery that billed the same call before
  replay_of BIGINT UNSIGNED NULL, -- the delivery that billed nothing and was replayed as this one
  matched DATETIME NULL, -- when a call that came into the log later was found
  PRIMARY KEY (delivery_id),
  UNIQUE KEY once (api_id, delivery_key),
  KEY request_id (request_id),
  KEY received (received, delivery_id, api_id, outcome, cost), -- covers the counts of a day, and is the log's order
  KEY outcome (outcome, received), -- from here on: pages of the log by one filter, newest first
  KEY api_id (api_id, received),
  KEY call_from (call_from, received),
  KEY call_to (call_to, received),
  KEY lead_id (lead_id, received, request_id) -- the newest cost of a lead
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
