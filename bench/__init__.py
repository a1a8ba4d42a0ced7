"""``python -m bench``: how fast this machine takes deliveries in and brings them to the reader.

Loads loopback only, on a PostgreSQL of its own with fsync on, and stops everything it started.
"""
