from tests.gaps.conftest import connections

__all__ = ["connections"]
