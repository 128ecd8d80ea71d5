-- What an hour of a series held, computed from its readings and kept when they are gone. Derived: can be made anew
-- from the readings for as long as those are there.
CREATE TABLE hour (
  series     INTEGER NOT NULL,
  -- Hours since 1970 UTC.
  hour       INTEGER NOT NULL,
  -- Good readings.
  count      INTEGER NOT NULL,
  -- Of the good values that held within the hour; null: none did.
  min        REAL,
  max        REAL,
  mean       REAL,
  last       REAL,
  -- ms; the rest of the hour is missing.
  good       INTEGER NOT NULL,
  suspect    INTEGER NOT NULL,
  bad        INTEGER NOT NULL,
  -- JSON: [[standard, in band, out, unknown, out of service], …] in ms; null: none counts here.
  standards  TEXT,
  PRIMARY KEY (series, hour)
) STRICT, WITHOUT ROWID;

-- The same for a local day, which begins and ends where its site's clocks say (ms since 1970 UTC).
CREATE TABLE day (
  series     INTEGER NOT NULL,
  start_t    INTEGER NOT NULL,
  end_t      INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  min        REAL,
  max        REAL,
  mean       REAL,
  last       REAL,
  good       INTEGER NOT NULL,
  suspect    INTEGER NOT NULL,
  bad        INTEGER NOT NULL,
  standards  TEXT,
  PRIMARY KEY (series, start_t)
) STRICT, WITHOUT ROWID;

-- Hours whose readings changed since they were computed. A further change gives a new id: what was computed before it
-- does not strike it off.
CREATE TABLE changed_hour (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  series  INTEGER NOT NULL,
  hour    INTEGER NOT NULL,
  UNIQUE (series, hour)
) STRICT;

-- The same for days whose hours were computed.
CREATE TABLE changed_day (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  series   INTEGER NOT NULL,
  start_t  INTEGER NOT NULL,
  end_t    INTEGER NOT NULL,
  UNIQUE (series, start_t)
) STRICT;

-- Every hour from `first` to before `next` was computed at least once, readings or none.
CREATE TABLE computed (
  series  INTEGER PRIMARY KEY,
  first   INTEGER NOT NULL,
  next    INTEGER NOT NULL
) STRICT;

INSERT INTO changed_hour (series, hour) SELECT series, hour FROM block ORDER BY series, hour;
