-- Times are ms since 1970 UTC unless a name says otherwise.

CREATE TABLE head (
  one                INTEGER PRIMARY KEY CHECK (one = 1),
  last_commit_at     INTEGER,
  registry_revision  INTEGER NOT NULL,
  -- High-water marks: ids are never handed out twice, also when their rows are gone.
  next_series_id     INTEGER NOT NULL,
  next_arrival_seq   INTEGER NOT NULL,
  next_alarm_id      INTEGER NOT NULL
) STRICT;
INSERT INTO head VALUES (1, NULL, 0, 1, 1, 1);

-- The last batch of each writer: tells one that lost its thread whether the batch under way was committed.
CREATE TABLE commit_mark (
  writer  TEXT PRIMARY KEY,
  batch   INTEGER NOT NULL,
  at      INTEGER NOT NULL
) STRICT;

CREATE TABLE registry (
  site      TEXT PRIMARY KEY,
  document  TEXT NOT NULL CHECK (json_valid(document)),
  revision  INTEGER NOT NULL
) STRICT;

CREATE TABLE series (
  id          INTEGER PRIMARY KEY,
  site        TEXT NOT NULL,
  owner_kind  TEXT NOT NULL CHECK (owner_kind IN ('point', 'device')),
  owner       TEXT NOT NULL,
  metric      TEXT NOT NULL,
  UNIQUE (site, owner_kind, owner, metric)
) STRICT;

-- The log of arrivals: readings that their consumer does not hold yet.
CREATE TABLE arrival (
  seq           INTEGER PRIMARY KEY,
  series        INTEGER NOT NULL,
  source_time   INTEGER NOT NULL,
  value         REAL NOT NULL,
  -- 0 good, 1 suspect, 2 bad
  quality       INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 2),
  -- 0 none, 1 sentinel, 2 exact_zero, 3 out_of_range, 4 fahrenheit, 5 rate, 6 spike, 7 flatline, 8 cross_check
  reason        INTEGER NOT NULL,
  backfilled    INTEGER NOT NULL CHECK (backfilled IN (0, 1)),
  received_at   INTEGER NOT NULL,
  -- As the device claimed it, whatever it was.
  claimed_time  REAL
) STRICT;

CREATE TABLE event (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  site          TEXT NOT NULL,
  device        TEXT NOT NULL,
  event_id      TEXT NOT NULL,
  content_hash  TEXT NOT NULL,
  kind          TEXT NOT NULL,
  result        TEXT,
  detail        TEXT NOT NULL CHECK (json_valid(detail)),
  occurred_at   INTEGER NOT NULL,
  received_at   INTEGER NOT NULL,
  late          INTEGER NOT NULL CHECK (late IN (0, 1)),
  claimed_time  REAL,
  conflict      INTEGER NOT NULL CHECK (conflict IN (0, 1)),
  UNIQUE (site, device, event_id, content_hash)
) STRICT;
CREATE INDEX event_punch ON event (site, device, occurred_at) WHERE kind = 'punch' AND result = 'ok';
CREATE INDEX event_received ON event (received_at);

CREATE TABLE quarantine (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  device       TEXT NOT NULL,
  topic        TEXT NOT NULL,
  received_at  INTEGER NOT NULL,
  scope        TEXT NOT NULL CHECK (scope IN ('message', 'part')),
  code         TEXT NOT NULL,
  path         TEXT NOT NULL,
  detail       TEXT NOT NULL,
  payload      BLOB,
  size         INTEGER NOT NULL,
  keys         TEXT CHECK (json_valid(keys))
) STRICT;
CREATE INDEX quarantine_site ON quarantine (site, id);
CREATE INDEX quarantine_received ON quarantine (received_at);

-- One occurrence each, from raised to closed.
CREATE TABLE alarm (
  id            INTEGER PRIMARY KEY,
  site          TEXT NOT NULL,
  key           TEXT NOT NULL,
  rule          TEXT NOT NULL,
  side          TEXT CHECK (side IN ('low', 'high')),
  subject_kind  TEXT NOT NULL CHECK (subject_kind IN ('point', 'device', 'site')),
  subject       TEXT NOT NULL,
  metric        TEXT,
  priority      INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
  raised_at     INTEGER NOT NULL,
  returned_at   INTEGER,
  closed_at     INTEGER,
  -- JSON: by, post, at, note
  acknowledged  TEXT CHECK (json_valid(acknowledged)),
  value         REAL,
  worst         REAL,
  limit_value   REAL,
  unknown       INTEGER NOT NULL CHECK (unknown IN (0, 1)),
  late          INTEGER NOT NULL CHECK (late IN (0, 1)),
  gathers       TEXT NOT NULL CHECK (json_valid(gathers))
) STRICT;
CREATE INDEX alarm_site ON alarm (site, id);
-- One fault is one alarm.
CREATE UNIQUE INDEX alarm_open ON alarm (site, key) WHERE closed_at IS NULL;

CREATE TABLE machine (
  site   TEXT NOT NULL,
  key    TEXT NOT NULL,
  state  TEXT NOT NULL CHECK (json_valid(state)),
  alarm  INTEGER,
  PRIMARY KEY (site, key)
) STRICT;

CREATE TABLE device (
  site    TEXT NOT NULL,
  device  TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (json_valid(state)),
  PRIMARY KEY (site, device)
) STRICT;

CREATE TABLE journal (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  site   TEXT NOT NULL,
  alarm  INTEGER,
  at     INTEGER NOT NULL,
  what   TEXT NOT NULL,
  value  REAL,
  by     TEXT,
  note   TEXT
) STRICT;
CREATE INDEX journal_alarm ON journal (alarm, id) WHERE alarm IS NOT NULL;

CREATE TABLE notification (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  site   TEXT NOT NULL,
  alarm  INTEGER NOT NULL,
  what   TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

CREATE TABLE system_event (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  site    TEXT,
  kind    TEXT NOT NULL,
  actor   TEXT,
  detail  TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX system_event_kind ON system_event (kind, at);

CREATE TABLE user (
  username       TEXT PRIMARY KEY,
  post           TEXT NOT NULL,
  role           TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'administrator')),
  password_hash  TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  password_at    INTEGER NOT NULL
) STRICT;

-- Tokens stand here as HMAC only.
CREATE TABLE session (
  token_hash  TEXT PRIMARY KEY,
  username    TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX session_user ON session (username);

CREATE TABLE link (
  token_hash  TEXT PRIMARY KEY,
  purpose     TEXT NOT NULL CHECK (purpose IN ('setup', 'sign_in')),
  username    TEXT,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  used_at     INTEGER
) STRICT;

CREATE TABLE credential (
  token_hash  TEXT PRIMARY KEY,
  username    TEXT NOT NULL,
  client_id   TEXT NOT NULL,
  site        TEXT NOT NULL,
  device      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER
) STRICT;
CREATE INDEX credential_user ON credential (username);
