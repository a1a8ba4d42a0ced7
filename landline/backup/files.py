"""The files of a backup, put where files are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage

from communications.media.storage import file_put, media_storage, thumbnail_key
from communications.models import MediaFile
from landline.backup.errors import BackupError
from landline.backup.reading import KEY, Backup, Member
from landline.progress import BytesLine


def files_bring_back(backup: Backup) -> None:
    """What is there already stays. Raises BackupError; may be begun again.

    What only the replaced database knew goes from our own folder; a storage may have other users, and keeps it.
    """
    storage = media_storage()
    line = BytesLine("Files", backup.manifest.media.size_bytes)
    try:
        if isinstance(storage, FileSystemStorage):
            unknown_remove(Path(storage.location))
        with tempfile.TemporaryDirectory(dir=settings.LANDLINE_DATA_DIR, prefix="restore-") as folder:
            for member in backup.media():
                file_bring_back(backup, member, storage, Path(folder) / "file")
                line(member.size)
    except BackupError:
        raise
    except Exception as error:
        # A storage has errors of its own kind.
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise BackupError(
            f"the database is restored, but its files could not be written ({reason}): once they can be, run the same command "
            "again, with --replace. Until then no server starts."
        ) from error
    line.end()


def file_bring_back(backup: Backup, member: Member, storage: Storage, unfinished: Path) -> None:
    key = member.media_key
    if storage.exists(key):
        if storage.size(key) == member.size:
            return
        storage.delete(key)
    with unfinished.open("wb") as file:
        file.writelines(backup.portions(member))
    file_put(unfinished, key)


def unknown_remove(location: Path) -> None:
    for folder in location.glob("[0-9a-f][0-9a-f]"):
        keys = {f"{folder.name}/{file.name}" for file in folder.iterdir()}
        held = MediaFile.objects.filter(storage_key__startswith=f"{folder.name}/")
        known = {
            name for key in held.values_list("storage_key", flat=True) for name in (key, thumbnail_key(key))
        }
        for key in keys - known:
            if KEY.fullmatch(key):
                (location / key).unlink()
