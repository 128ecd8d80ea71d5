-- For programs. Ended ones stay for 30 days, so that their end can be seen.
CREATE TABLE api_token (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash    TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'administrator')),
  created_by    TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER NOT NULL,
  revoked_at    INTEGER,
  -- To the minute.
  last_used_at  INTEGER
) STRICT;

-- Links with which a screen on a wall watches its one site.
CREATE TABLE wall (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash    TEXT NOT NULL UNIQUE,
  site          TEXT NOT NULL,
  name          TEXT NOT NULL,
  layout        TEXT NOT NULL CHECK (json_valid(layout)),
  created_by    TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER,
  reason        TEXT,
  revoked_at    INTEGER,
  last_seen_at  INTEGER,
  last_address  TEXT
) STRICT;
CREATE INDEX wall_site ON wall (site, id);

-- What people and programs changed, apart from what the system noted of itself and from who came and went.
CREATE INDEX system_event_change ON system_event (id)
  WHERE actor IS NOT NULL AND kind NOT IN ('session.opened', 'session.closed');
CREATE INDEX system_event_at ON system_event (at);
CREATE INDEX credential_device ON credential (site, device);
