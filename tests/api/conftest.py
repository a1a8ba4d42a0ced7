"""Files are kept in a folder of the test's own."""

from tests.media.conftest import media_folder

__all__ = ["media_folder"]
