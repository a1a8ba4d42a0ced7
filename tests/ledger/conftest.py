"""The ledger is read by one client while deliveries are folded by a server's own connections."""

from tests.ingest.conftest import connections

__all__ = ["connections"]
