-- The hours of a UTC day in one row, packed: a quarter of what they took one by one. Those of `hour` are packed by
-- pack-hours.ts.
CREATE TABLE day_of_hours (
  series  INTEGER NOT NULL,
  -- Days since 1970 UTC.
  day     INTEGER NOT NULL,
  -- As codec/hours.ts has it.
  hours   BLOB NOT NULL,
  PRIMARY KEY (series, day)
) STRICT, WITHOUT ROWID;
