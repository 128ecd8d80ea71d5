-- An hour that is settled while it is open is several blocks, ascending in time: what is full is not written again
-- for each reading that comes after it.
ALTER TABLE block ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
DROP INDEX block_hour;
CREATE UNIQUE INDEX block_hour ON block (series, hour, part);
