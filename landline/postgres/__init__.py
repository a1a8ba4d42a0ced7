"""The embedded PostgreSQL: found, started, shared by several programs, stopped with the last of them."""
