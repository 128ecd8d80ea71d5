-- What a site's standards were resolved from, and since when (ms since 1970 UTC): an hour is judged by the limits and
-- opening hours of its time, also when it is computed again years later. Without devices and bindings: those carry
-- their own times.
CREATE TABLE registry_version (
  site      TEXT NOT NULL,
  since     INTEGER NOT NULL,
  document  TEXT NOT NULL CHECK (json_valid(document)),
  PRIMARY KEY (site, since)
) STRICT;
INSERT INTO registry_version
  SELECT site, 0, json_remove(json_set(document, '$.devices', json('[]'), '$.bindings', json('[]')), '$.notice')
  FROM registry;

-- The alarms of one point over a range, for its chart and its sheet.
CREATE INDEX alarm_subject ON alarm (site, subject_kind, subject, raised_at);
