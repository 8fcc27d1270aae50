-- A video's text tracks, as JSON: they come and go with the row, and so their changes are told like any other.
ALTER TABLE videos ADD COLUMN tracks TEXT NOT NULL DEFAULT '[]';
