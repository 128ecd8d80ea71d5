-- How far each stream of the ledger has been taken over by a store outside, which `target` names.
CREATE TABLE forwarded (
  stream TEXT NOT NULL PRIMARY KEY CHECK (stream IN ('arrivals', 'events', 'journal')),
  target TEXT NOT NULL,
  -- The highest number that is durable there, and all before it.
  upto   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
