-- An alarm may be about a channel. What a CHECK admits can only be changed by making the table anew.
CREATE TABLE alarm_next (
  id            INTEGER PRIMARY KEY,
  site          TEXT NOT NULL,
  key           TEXT NOT NULL,
  rule          TEXT NOT NULL,
  side          TEXT CHECK (side IN ('low', 'high')),
  subject_kind  TEXT NOT NULL CHECK (subject_kind IN ('point', 'device', 'site', 'channel')),
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
INSERT INTO alarm_next SELECT * FROM alarm;
DROP TABLE alarm;
ALTER TABLE alarm_next RENAME TO alarm;
CREATE INDEX alarm_site ON alarm (site, id);
CREATE UNIQUE INDEX alarm_open ON alarm (site, key) WHERE closed_at IS NULL;

-- To how many channels it goes; 0: to nobody. NULL: that is still to be found out.
ALTER TABLE notification ADD COLUMN recipients INTEGER;
-- There were no channels before.
UPDATE notification SET recipients = 0;
CREATE INDEX notification_unrouted ON notification (id) WHERE recipients IS NULL;
CREATE INDEX notification_at ON notification (at);

CREATE TABLE channel (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  site      TEXT NOT NULL,
  -- In their site, ascending.
  place     INTEGER NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('webhook', 'wecom', 'dingtalk', 'feishu')),
  name      TEXT NOT NULL,
  -- As it may be shown: without keys.
  address   TEXT NOT NULL,
  signed    INTEGER NOT NULL CHECK (signed IN (0, 1)),
  -- Address and secret, encrypted with a key that is not in this file.
  sealed    BLOB NOT NULL,
  priority  INTEGER CHECK (priority BETWEEN 1 AND 4),
  areas     TEXT CHECK (json_valid(areas)),
  language  TEXT NOT NULL,
  enabled   INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  status    TEXT NOT NULL CHECK (json_valid(status))
) STRICT;

-- One notification on its way to one channel.
CREATE TABLE delivery (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  notification  INTEGER NOT NULL,
  site          TEXT NOT NULL,
  channel       INTEGER NOT NULL,
  alarm         INTEGER NOT NULL,
  what          TEXT NOT NULL,
  at            INTEGER NOT NULL,
  -- Refused by its channel for what it says, and handed to this one.
  via           INTEGER,
  -- The message that it was last sent in.
  message       TEXT,
  attempts      INTEGER NOT NULL DEFAULT 0,
  -- An attempt began whose outcome nobody knows: it may have arrived.
  uncertain     INTEGER NOT NULL DEFAULT 0 CHECK (uncertain IN (0, 1)),
  -- `covered`: the channel that stood in had it already. `refused`: nobody took it. `withdrawn`: its channel is gone.
  outcome       TEXT CHECK (outcome IN ('delivered', 'covered', 'refused', 'withdrawn')),
  ended_at      INTEGER,
  -- The channel that delivered it.
  ended_by      INTEGER,
  UNIQUE (notification, channel)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (channel, id) WHERE outcome IS NULL;
CREATE INDEX delivery_handed ON delivery (via, id) WHERE outcome IS NULL AND via IS NOT NULL;
CREATE INDEX delivery_alarm ON delivery (alarm, channel);
CREATE INDEX delivery_ended ON delivery (site, ended_at) WHERE outcome = 'delivered';
CREATE INDEX delivery_at ON delivery (at);
