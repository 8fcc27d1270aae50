-- What this server signs with: all processes on the database have the same.
CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    -- 32 random bytes.
    value BLOB NOT NULL
) STRICT;

CREATE INDEX videos_of_owner ON videos (owner, created_at DESC, id DESC);
