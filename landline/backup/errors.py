"""Why a backup cannot be made, read or restored; each text is one sentence for the person at the terminal."""

from __future__ import annotations


class BackupError(Exception):
    """Nothing was changed, unless the sentence says otherwise."""


class DamagedBackup(BackupError):
    """The file is no backup, or not all of one."""
