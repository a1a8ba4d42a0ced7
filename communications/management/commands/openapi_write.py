"""Writes the OpenAPI document from which the browser's types are made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from communications.api.reference import openapi_document

DEFAULT_PATH = Path("frontend/openapi.json")


class Command(BaseCommand):
    help = "Write the OpenAPI document to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)

    def handle(self, *, path: Path, **_options: Any) -> None:
        if not path.parent.is_dir():
            raise CommandError(f"{path.parent} is no folder: give the path of the file to write.")
        path.write_bytes(openapi_document())
