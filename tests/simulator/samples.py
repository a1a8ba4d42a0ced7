"""Captured bodies and the vendor's specification, in the folder named by ``LANDLINE_SAMPLES``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("LANDLINE_SAMPLES", ""))

needs_samples = pytest.mark.skipif(
    not os.environ.get("LANDLINE_SAMPLES"), reason="LANDLINE_SAMPLES names no folder of captured bodies"
)


def sample(kind: str, number: str) -> Any:
    """The body of that number: ``sample("webhooks", "001")``."""
    (path,) = (FOLDER / kind).glob(f"{number}-*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """The keys and JSON types of a body, its values left out."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return type(value).__name__
