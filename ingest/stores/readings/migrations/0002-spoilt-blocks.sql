-- Blocks that cannot be read, as they were found: what comes later for their hour goes into a new block.
CREATE TABLE spoilt_block (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  series   INTEGER NOT NULL,
  -- Hours since 1970 UTC.
  hour     INTEGER NOT NULL,
  -- Readings that it is said to hold.
  count    INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  data     BLOB NOT NULL
) STRICT;
CREATE INDEX spoilt_block_hour ON spoilt_block (series, hour);
