-- Since which hour the readings of a series are there, where older ones were let go: of the time before it the hours
-- tell, however long readings are to be kept by now. No row: none were let go.
CREATE TABLE let_go (
  series  INTEGER PRIMARY KEY,
  -- Hours since 1970 UTC; the readings of this one are there.
  hour    INTEGER NOT NULL
) STRICT;

-- What was let go before this was noted: hours were computed before the first one that has readings.
INSERT INTO let_go
  SELECT series, min(hour) FROM block JOIN computed USING (series) GROUP BY series HAVING min(hour) > max(first);
