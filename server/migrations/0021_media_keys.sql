-- What the segments of a video are encrypted with, where they are: 16 random bytes.
CREATE TABLE media_keys (
    video_id TEXT NOT NULL PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    value    BLOB NOT NULL
) STRICT;
