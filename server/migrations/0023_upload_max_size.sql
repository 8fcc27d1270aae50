-- Bytes that the caller's ticket allows. It is held against what arrives too, for a length may be said late, or never.
ALTER TABLE uploads ADD COLUMN max_size INTEGER;
