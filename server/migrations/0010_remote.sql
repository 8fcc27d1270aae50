-- What another service has told of a video, and when it is asked next. Times are milliseconds since the Unix epoch.
CREATE TABLE remote (
    video_id    TEXT    NOT NULL PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    -- What the video is played under, and whether only with a token: public | signed.
    playback_id TEXT,
    policy      TEXT,
    -- Further values, as a JSON object of texts.
    fields      TEXT    NOT NULL DEFAULT '{}',
    -- When the bytes have to have arrived, and then when the video has to be ready.
    deadline    INTEGER NOT NULL,
    -- When the service is asked next. NULL: not any more.
    poll_at     INTEGER,
    -- How often it was asked since there was news, and how often it knew of nothing.
    polls       INTEGER NOT NULL DEFAULT 0,
    misses      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX remote_by_poll ON remote (poll_at) WHERE poll_at IS NOT NULL;
CREATE INDEX videos_by_upload ON videos (provider, upload_id) WHERE upload_id IS NOT NULL;
CREATE INDEX videos_by_asset ON videos (provider, external_id) WHERE external_id IS NOT NULL;

-- The webhooks that have been taken in: one that is sent again changes nothing.
CREATE TABLE webhook_events (
    provider    TEXT    NOT NULL,
    event_id    TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (provider, event_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_events_by_age ON webhook_events (received_at);
