"""The documents speak of what is there, and of all of it."""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()


def names_in_code_spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def paths_in(text: str) -> list[str]:
    return [
        name
        for name in names_in_code_spans(text)
        if re.fullmatch(r"[\w./-]+", name) and name.endswith((".py", ".md", ".sql", ".ts", ".toml", "/"))
    ]


def exists(name: str, *folders: str) -> bool:
    return any((ROOT / folder / name).exists() for folder in ("", *folders))


@pytest.mark.parametrize("name", sorted(set(paths_in(ARCHITECTURE))))
def test_every_path_in_the_architecture_exists(name: str) -> None:
    if name.startswith("/"):
        return
    folders = ("communications", "landline", "unipile", "frontend/src", "docs", "communications/webhooks")
    assert exists(name, *folders)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_path_in_a_document_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    missing = [name for name in paths_in(text) if not name.startswith("/") and not exists(name)]
    missing = [name for name in missing if not exists(name, "communications/webhooks/handlers")]
    assert missing == []


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (path.name, link)
        for path in documents
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
        if not (path.parent / link).exists()
    ]
    assert links == []


def variables_read() -> set[str]:
    """Every variable that the settings and what they call ask the environment for."""
    sources = [path.read_text() for path in (ROOT / "landline").rglob("*.py")]
    named = {
        name
        for source in sources
        for name in re.findall(r'"((?:LANDLINE|UNIPILE)_[A-Z_]+|DATABASE_URL|PUBLIC_URL)"', source)
    }
    return {name.removesuffix("_FILE") for name in named}


def test_every_setting_is_documented() -> None:
    undocumented = {name for name in variables_read() if f"`{name}`" not in OPERATIONS}
    assert undocumented == set()


def test_every_documented_setting_is_read() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", OPERATIONS, flags=re.MULTILINE))
    assert documented - variables_read() == set()


def test_the_example_names_settings_that_exist() -> None:
    named = re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    assert {name.removesuffix("_FILE") for name in named} - variables_read() == set()


def test_every_command_is_documented() -> None:
    from landline.cli import parser

    subcommands = next(
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    assert {name for name in subcommands.choices if f"`landline {name}`" not in OPERATIONS} == set()


def routes(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            found += [] if "admin" in route else routes(entry, route)
        elif isinstance(entry, URLPattern):
            found.append(route)
    return found


def test_every_route_is_documented() -> None:
    documented = PROTOCOL + OPERATIONS
    for route in routes(get_resolver()):
        words = [
            word
            for word in re.split(r"[^a-z_.]+", re.sub(r"<[^>]*>|\(\?[^)]*\)", "/", route))
            if len(word) > 2
        ]
        assert all(word in documented for word in words), route


def test_every_dependency_has_its_line() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    named = set()
    for source in ("runtime.in", "build.in", "development.in", "node.in"):
        path = ROOT / "requirements" / source
        if path.exists():
            lines = [line.strip() for line in path.read_text().splitlines()]
            named |= {
                re.split(r"[\[<>=; ]", line)[0] for line in lines if line and not line.startswith(("-", "#"))
            }
    package = json.loads((ROOT / "frontend" / "package.json").read_text())
    named |= {*package["dependencies"], *package["devDependencies"]}
    written = {word.lower() for word in re.findall(r"[@\w/.-]+", text)}
    assert {name for name in named if name.lower() not in written} == set()


def test_the_package_and_the_lock_name_the_same_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements" / "runtime.txt").read_text().lower()
    for dependency in project["dependencies"]:
        name = re.split(r"[\[<>=; ]", dependency)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", lock, flags=re.MULTILINE), name


def test_no_lock_names_an_address() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("frontend/package-lock.json")]
    assert not [lock.name for lock in locks if "://" in lock.read_text() and '"resolved"' in lock.read_text()]
    assert not [lock.name for lock in locks if "--index-url" in lock.read_text()]


def test_every_decision_is_numbered_and_says_why() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text()
        assert "**Decision.**" in text, path.name
        assert "**Why.**" in text, path.name


def cases_named(text: str) -> set[str]:
    """By functions, and by docstrings: ``(A19, B16)``, ``D3: …``, ``E2 to E9``."""
    words = " ".join(
        [
            *re.findall(r'"""(.*?)"""', text, flags=re.DOTALL),
            *re.findall(r'^test\("(.*?)"', text, flags=re.MULTILINE),
        ]
    )
    named = {
        case.upper()
        for names in re.findall(r"def test_((?:[a-j]\d+_)+)", text)
        for case in names.strip("_").split("_")
    }
    for letter, first, last in re.findall(r"\b([A-JS])(\d{1,2})(?: to \1(\d{1,2}))?\b", words):
        named |= {f"{letter}{number}" for number in range(int(first), int(last or first) + 1)}
    return named


def test_every_case_that_is_named_is_listed_and_every_listed_one_is_named() -> None:
    rows = re.findall(r"^\| ([A-JS]\d.*?) \|", (ROOT / "docs" / "cases.md").read_text(), flags=re.MULTILINE)
    listed = {case for row in rows for case in row.split(", ")}
    tests = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "frontend" / "tests").glob("*.ts*")]
    code = [
        path for folder in ("communications", "landline", "unipile") for path in (ROOT / folder).rglob("*.py")
    ]
    named = set().union(*(cases_named(path.read_text()) for path in tests))
    assert named - listed == set()
    mentioned = {
        case.upper()
        for path in (*tests, *code)
        for case in re.findall(r"(?i)(?<![a-z0-9])[a-js]\d{1,2}(?![a-z0-9])", path.read_text())
    }
    assert listed - named - mentioned == set()
