-- What a device sent that cannot be used: one row for each topic and reason, from its first entry until it was discarded
-- or all of it could be read. It goes on counting when entries are no longer kept one by one.
CREATE TABLE quarantine_group (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  site          TEXT NOT NULL,
  device        TEXT NOT NULL,
  topic         TEXT NOT NULL,
  code          TEXT NOT NULL,
  scope         TEXT NOT NULL CHECK (scope IN ('message', 'part')),
  content_kept  INTEGER NOT NULL CHECK (content_kept IN (0, 1)),
  first_at      INTEGER NOT NULL,
  last_at       INTEGER NOT NULL,
  -- Entries that came, and how many of them could be read later.
  seen          INTEGER NOT NULL,
  read          INTEGER NOT NULL DEFAULT 0,
  -- Rows of `quarantine` and the bytes of their payloads; kept by triggers.
  kept          INTEGER NOT NULL DEFAULT 0,
  bytes         INTEGER NOT NULL DEFAULT 0,
  closed_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX quarantine_open ON quarantine_group (site, device, topic, code) WHERE closed_at IS NULL;
CREATE INDEX quarantine_last ON quarantine_group (last_at);

-- `slot`: tens of minutes since 1970.
CREATE TABLE quarantine_count (
  group_id  INTEGER NOT NULL,
  slot      INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  PRIMARY KEY (group_id, slot)
) STRICT;

ALTER TABLE quarantine ADD COLUMN group_id INTEGER;
-- One of the first of its group, which stay; the others make room for newer ones.
ALTER TABLE quarantine ADD COLUMN is_first INTEGER NOT NULL DEFAULT 0 CHECK (is_first IN (0, 1));
ALTER TABLE quarantine ADD COLUMN read_at INTEGER;
CREATE INDEX quarantine_kept ON quarantine (group_id, is_first, id);

INSERT INTO quarantine_group (site, device, topic, code, scope, content_kept, first_at, last_at, seen, kept, bytes)
  SELECT site, device, topic, code, min(scope), max(payload IS NOT NULL), min(received_at), max(received_at), count(*),
    count(*), coalesce(sum(length(payload)), 0)
  FROM quarantine GROUP BY site, device, topic, code;
UPDATE quarantine SET group_id = (SELECT id FROM quarantine_group AS one
  WHERE one.site = quarantine.site AND one.device = quarantine.device
    AND one.topic = quarantine.topic AND one.code = quarantine.code);

CREATE TRIGGER quarantine_came AFTER INSERT ON quarantine BEGIN
  UPDATE quarantine_group SET kept = kept + 1, bytes = bytes + coalesce(length(new.payload), 0) WHERE id = new.group_id;
END;
CREATE TRIGGER quarantine_went AFTER DELETE ON quarantine BEGIN
  UPDATE quarantine_group SET kept = kept - 1, bytes = bytes - coalesce(length(old.payload), 0) WHERE id = old.group_id;
END;
CREATE TRIGGER quarantine_group_went AFTER DELETE ON quarantine_group BEGIN
  DELETE FROM quarantine_count WHERE group_id = old.id;
END;

-- Whom the broker refused lately; a copy of what is in memory, for a restart and for other processes. All typed by strangers.
CREATE TABLE refusal (
  key        TEXT PRIMARY KEY,
  reason     TEXT NOT NULL,
  client_id  TEXT,
  username   TEXT,
  address    TEXT NOT NULL,
  detail     TEXT,
  count      INTEGER NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL
) STRICT;
