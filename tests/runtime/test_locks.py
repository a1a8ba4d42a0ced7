"""The dependency locks: hashed, without addresses, and of one mind."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("runtime", "build", "development", "node")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def lock_text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall(lock_text(name)))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name)[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = lock_text(name)
    entries = re.split(r"\n(?=\S)", text)
    assert [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []
    assert "://" not in text


@pytest.mark.parametrize("larger", ["build", "development"])
def test_larger_locks_hold_the_runtime_at_the_same_versions(larger: str) -> None:
    runtime = pins("runtime")
    assert {name: version for name, version in pins(larger).items() if name in runtime} == runtime


def test_the_package_asks_for_what_the_runtime_locks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {normal(dependency) for dependency in project["dependencies"]}
    named = {
        normal(line)
        for line in (ROOT / "requirements" / "runtime.in").read_text().splitlines()
        if line and not line.startswith("#")
    }
    assert asked == named
    assert asked <= {normal(name) for name in pins("runtime")}
