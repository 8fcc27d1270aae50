-- The Idempotency-Key that a video was asked for with: asking again gives the same video.
ALTER TABLE videos ADD COLUMN idempotency_key TEXT;

CREATE UNIQUE INDEX videos_by_key ON videos (coalesce(owner, ''), idempotency_key) WHERE idempotency_key IS NOT NULL;
