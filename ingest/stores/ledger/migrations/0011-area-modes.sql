-- Modes of areas that people set by hand, for ever: history is judged by them, and the register tells them.
CREATE TABLE area_mode (
  site      TEXT NOT NULL,
  area      TEXT NOT NULL,
  -- Times are ms since 1970 UTC.
  since     INTEGER NOT NULL,
  -- As it was stated.
  until     INTEGER NOT NULL CHECK (until > since),
  mode      TEXT NOT NULL,
  reason    TEXT NOT NULL,
  -- User name, as in the journal; screens and registers show the duty post.
  account   TEXT NOT NULL,
  post      TEXT NOT NULL,
  -- Null: nobody ended it before its time. Another mode in its place ends it, too.
  ended_at  INTEGER,
  ended_by  TEXT,
  end_post  TEXT,
  PRIMARY KEY (site, area, since)
) STRICT;

-- Those of a span: none lasts longer than 92 days.
CREATE INDEX area_mode_since ON area_mode (site, since);

-- Raised with each change: what was compiled from modes is compiled anew.
ALTER TABLE head ADD COLUMN mode_revision INTEGER NOT NULL DEFAULT 0;
