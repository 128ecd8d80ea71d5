-- The readings of one series and one UTC hour. An ordinary rowid table: a large row of a WITHOUT ROWID table
-- takes a page of its own.
CREATE TABLE block (
  series   INTEGER NOT NULL,
  -- Hours since 1970 UTC.
  hour     INTEGER NOT NULL,
  -- ms since 1970 UTC.
  first_t  INTEGER NOT NULL,
  last_t   INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  data     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX block_hour ON block (series, hour);
