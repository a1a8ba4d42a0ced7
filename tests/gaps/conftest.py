"""Calls are written down by connections as patient as those of the fold's tests."""

from tests.ingest.conftest import connections

__all__ = ["connections"]
