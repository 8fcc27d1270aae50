-- Times are milliseconds since the Unix epoch, durations seconds, sizes bytes, dimensions pixels as shown.
CREATE TABLE videos (
    id            TEXT    NOT NULL PRIMARY KEY,
    owner         TEXT,
    provider      TEXT    NOT NULL,
    upload_id     TEXT,
    external_id   TEXT,
    title         TEXT    NOT NULL,
    content_type  TEXT,
    status        TEXT    NOT NULL,
    percent       INTEGER,
    size          INTEGER,
    duration      REAL,
    width         INTEGER,
    height        INTEGER,
    poster_time   REAL,
    -- What the provider plays: for the local provider, paths within the video's folder in the store.
    hls           TEXT,
    poster        TEXT,
    storyboard    TEXT,
    error_code    TEXT,
    error_message TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    revision      INTEGER NOT NULL
) STRICT;

CREATE INDEX videos_newest_first ON videos (created_at DESC, id DESC);

-- The local provider's uploads. Of a token only the SHA-256 is kept.
CREATE TABLE uploads (
    video_id    TEXT    NOT NULL PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    token_hash  BLOB    NOT NULL UNIQUE,
    file        TEXT    NOT NULL,
    length      INTEGER,
    offset      INTEGER NOT NULL DEFAULT 0,
    state       TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX uploads_by_state ON uploads (state, updated_at);
