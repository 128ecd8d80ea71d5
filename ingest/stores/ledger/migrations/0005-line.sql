-- What an alarm shows besides, such as the addresses of two clients with one identity.
ALTER TABLE alarm ADD COLUMN detail TEXT;

-- Whose account it was; "by" is the duty post, which several people share.
ALTER TABLE journal ADD COLUMN account TEXT;
