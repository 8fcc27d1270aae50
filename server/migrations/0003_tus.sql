-- Uploads of their own: a part of a file (tus: Upload-Concat: partial) has no video.
CREATE TABLE uploads_of_all (
    -- The video's id where there is a video.
    id          TEXT    NOT NULL PRIMARY KEY,
    video_id    TEXT    UNIQUE REFERENCES videos (id) ON DELETE CASCADE,
    token_hash  BLOB    NOT NULL UNIQUE,
    -- What the target was said to speak. The URL speaks all.
    protocol    TEXT    NOT NULL DEFAULT 'resumable',
    -- tus: Upload-Metadata and Upload-Concat as they came.
    metadata    TEXT,
    concat      TEXT,
    file        TEXT    NOT NULL,
    length      INTEGER,
    offset      INTEGER NOT NULL DEFAULT 0,
    -- open | complete | cancelled | expired | joined
    state       TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

INSERT INTO uploads_of_all
    (id, video_id, token_hash, file, length, offset, state, expires_at, created_at, updated_at)
    SELECT video_id, video_id, token_hash, file, length, offset, state, expires_at, created_at, updated_at FROM uploads;

DROP TABLE uploads;
ALTER TABLE uploads_of_all RENAME TO uploads;

CREATE INDEX uploads_by_state ON uploads (state, updated_at);
