"""A backup is one file: a tar with the database's dump, the files of messages, and last a manifest that says what must be in it."""
