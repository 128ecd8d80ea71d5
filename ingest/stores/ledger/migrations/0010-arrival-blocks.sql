-- The log of arrivals as one row for each run of readings that a commit took, instead of one for each reading: to insert
-- and to delete those was most of what a commit cost.

CREATE TABLE arrivals (
  -- A run ends with this one; the `count` of it follow each other without a gap.
  last_seq  INTEGER PRIMARY KEY,
  count     INTEGER NOT NULL CHECK (count > 0),
  -- Columns of numbers: ingest/stores/ledger/arrival-block.ts
  columns   BLOB NOT NULL,
  -- CRC-32 of them: SQLite sees a page that is out of order, but not a number that became another one.
  checksum  INTEGER NOT NULL
) STRICT;

-- Up to here readings were taken over by their consumer; a run is deleted when all of it was.
ALTER TABLE head ADD COLUMN trimmed_seq INTEGER NOT NULL DEFAULT 0;
