"""The database is not there, or not as it must be; it may come back."""

from typing import Final

import psycopg
from django.db import Error

from communications.feed.refusals import FeedUnavailable

DATABASE_TROUBLE: Final = (psycopg.Error, Error, FeedUnavailable)
