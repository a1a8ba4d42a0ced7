"""A backup is one tar: the database's dump, the files of messages, and last a manifest of what must be in it."""
