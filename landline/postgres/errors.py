"""Why an embedded PostgreSQL cannot be used; each text is one sentence for the person at the terminal."""

from __future__ import annotations


class ClusterError(Exception):
    """The embedded PostgreSQL cannot be found, made, started or shared."""
