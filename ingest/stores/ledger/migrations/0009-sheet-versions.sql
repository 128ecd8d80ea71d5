-- Monthly registers as somebody saw them when their month was over, or was given them: what changes later stands beside
-- what was said before. Nothing of it is ever changed, but for who was the first to be given it.
CREATE TABLE sheet_version (
  id              INTEGER PRIMARY KEY,
  site            TEXT NOT NULL,
  area            TEXT NOT NULL,
  -- The water point of the register.
  point           TEXT NOT NULL,
  -- 2026-11
  month           TEXT NOT NULL,
  -- From 1.
  number          INTEGER NOT NULL,
  checksum        TEXT NOT NULL,
  kept_at         INTEGER NOT NULL,
  -- What it says: JSON, deflated.
  content         BLOB NOT NULL,
  issued_at       INTEGER,
  issued_account  TEXT,
  -- The duty post at that time.
  issued_post     TEXT,
  -- print, csv or xlsx
  issued_as       TEXT,
  UNIQUE (site, area, point, month, number)
) STRICT;
