"""The first person: a superuser made once, with a random password kept where only its owner can read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model

from landline.kept_secrets import random_password, secret_make

USERNAME = "owner"


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """``password`` is None once the owner has chosen another one, or when people are managed by hand."""

    username: str
    password: str | None
    kept_in: Path
    is_new: bool


def first_user_make(secrets_folder: Path) -> FirstLogin:
    """Makes the owner if nobody exists yet. A start interrupted half-way keeps the password it wrote."""
    kept_in = secrets_folder / "owner_password"
    people = get_user_model()._default_manager
    if not people.exists():
        secret_make(kept_in, random_password())
        password = kept_in.read_text(encoding="ascii").strip()
        people.create_superuser(USERNAME, password=password)
        return FirstLogin(USERNAME, password, kept_in, is_new=True)
    owner = people.filter(username=USERNAME).first()
    if owner is None or not kept_in.exists():
        return FirstLogin(USERNAME, None, kept_in, is_new=False)
    password = kept_in.read_text(encoding="ascii").strip()
    is_still_valid = owner.check_password(password)
    return FirstLogin(USERNAME, password if is_still_valid else None, kept_in, is_new=False)
