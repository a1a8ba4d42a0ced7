"""News to open browsers: one reader of the feed per process, fanned out to sockets and waiting requests."""
