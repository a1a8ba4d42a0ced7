"""Webhook bodies written for these tests, one shape each, in `bodies/`."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / "bodies"
BODY_NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def read_body(name):
    return json.loads((FOLDER / f"{name}.json").read_text())
