"""Conversations that people begin here."""

from typing import Final

# Until upstream has named it, a conversation is called by this and a key.
UNNAMED: Final = "new:"
