"""What changed since a reader last looked, exactly and without a lock.

Every synced row carries the number of the transaction that wrote it. A reader's position is a PostgreSQL
snapshot: its changes are the rows whose writers that snapshot had not seen, in whatever order they committed.
"""
