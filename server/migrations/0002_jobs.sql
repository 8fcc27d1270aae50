-- Work on videos. A worker leases a row and renews the lease while it lives; a lease that has run out is anybody's.
-- Rows of finished jobs are deleted; those of jobs that were given up stay, with the reason.
CREATE TABLE jobs (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    video_id    TEXT    NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    -- queued | running | given_up
    state       TEXT    NOT NULL DEFAULT 'queued',
    -- The higher goes first.
    priority    INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    -- Milliseconds since the Unix epoch.
    run_after   INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until INTEGER,
    -- Where the last attempt publishes, within the video's folder: what it leaves behind is removed by the next.
    prefix      TEXT,
    error       TEXT
) STRICT;

-- Asking twice for what has not begun is asking once.
CREATE UNIQUE INDEX jobs_queued_once ON jobs (video_id, kind) WHERE state = 'queued';
CREATE INDEX jobs_by_priority ON jobs (state, priority DESC, id);

-- What is published of a video that the local provider plays, as JSON: the master playlist is written from it.
CREATE TABLE packages (
    video_id TEXT NOT NULL PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;
