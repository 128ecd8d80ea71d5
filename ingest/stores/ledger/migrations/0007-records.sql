-- What people saw on their round of an area in a shift. Nothing is ever changed: a correction is a row of its own.
CREATE TABLE shift_record (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Made by the form, so that handing the same in again is no second record.
  key          TEXT NOT NULL UNIQUE,
  site         TEXT NOT NULL,
  area         TEXT NOT NULL,
  -- The local day on which the shift starts, and its opening window.
  day          TEXT NOT NULL,
  window_from  TEXT NOT NULL,
  window_to    TEXT NOT NULL,
  at           INTEGER NOT NULL,
  account      TEXT NOT NULL,
  -- The duty post at that time.
  post         TEXT NOT NULL,
  -- JSON: what was seen, by item; NULL in it: not checked.
  checks       TEXT NOT NULL CHECK (json_valid(checks)),
  note         TEXT,
  -- The record that this one corrects, and why.
  corrects     INTEGER REFERENCES shift_record (id),
  reason       TEXT,
  reviewed_at  INTEGER,
  reviewed_by  TEXT,
  review_post  TEXT
) STRICT;
CREATE INDEX shift_record_day ON shift_record (site, area, day);
CREATE UNIQUE INDEX shift_record_corrects ON shift_record (corrects) WHERE corrects IS NOT NULL;
