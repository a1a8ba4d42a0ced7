"""``landline run``: every program of an installation, started in order, watched, stopped in order."""
