"""The feed as it travels: by socket, or by long-poll where sockets are blocked."""
