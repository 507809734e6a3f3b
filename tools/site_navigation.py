"""The navigation of the documentation's site. A page that no section holds is an error."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
import re
from typing import Any

from ssbt.compiler.diagnostics.explain import RANGES

Entry = dict[str, Any]

_START: tuple[str, ...] = (
    "README",
    "guides/getting-started",
    "guides/installing",
    "comparison",
    "faq",
    "limits",
)
_START += ("compatibility",)
_REFERENCE = ("language", "commands", "runtime", "state", "agreement")
_GUIDES = {
    "Write": ("from-spark-sql", "from-pyspark", "schemas", "testing", "editors", "silent-results"),
    "Review": ("reading-a-script", "pull-request", "checks-in-a-repository", "projects"),
    "Stream": ("streaming", "kafka", "changing-streams", "operating-streams"),
    "Run": ("configuration", "secrets", "deploying", "clusters"),
}


class NavigationError(Exception):
    """A page that no section holds."""


def navigation(pages: Path) -> list[Entry]:
    """The sections of the site, of the pages in a folder."""
    sections: list[Entry] = [
        {"Start": _entries(pages, _START)},
        {"Language": _entries(pages, _REFERENCE)},
        {"Connectors": _folder(pages, "connectors")},
        {"Formats": _folder(pages, "formats")},
        {"Guides": _guides(pages)},
        {"Errors": _errors(pages)},
        {"Contributing": _contributing(pages)},
    ]
    placed = set(_places(sections))
    left = [str(page.relative_to(pages)) for page in sorted(pages.rglob("*.md"))]
    left = [page for page in left if page not in placed]
    if left:
        raise NavigationError(f"in no section of tools/site_navigation.py: {', '.join(left)}")
    return sections


def title(page: Path) -> str:
    """The first heading of a page."""
    heading = re.search(r"^# (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return heading[1].replace("`", "") if heading else page.stem


def _entries(pages: Path, names: Iterable[str]) -> list[Entry]:
    files = (pages / f"{name}.md" for name in names)
    return [{title(file): file.relative_to(pages).as_posix()} for file in files if file.exists()]


def _folder(pages: Path, folder: str, pattern: str = "*.md") -> list[Entry]:
    """The pages of a folder by their names, its own page first."""
    names = sorted(page.stem for page in (pages / folder).glob(pattern))
    names.sort(key=lambda name: name != "README")
    return _entries(pages, (f"{folder}/{name}" for name in names))


def _guides(pages: Path) -> list[Entry]:
    named = {name for names in _GUIDES.values() for name in names}
    named |= {name.removeprefix("guides/") for name in _START}
    others = sorted(page.stem for page in (pages / "guides").glob("*.md"))
    groups = _GUIDES | {"More": tuple(name for name in others if name not in named)}
    entries: list[Entry] = [
        {group: _entries(pages, (f"guides/{name}" for name in names))}
        for group, names in groups.items()
    ]
    return [entry for entry in entries if all(entry.values())]


def _errors(pages: Path) -> list[Entry]:
    by_hundreds: list[Entry] = [
        {f"{prefix}xx {name}": entries}
        for prefix, name in RANGES.items()
        if (entries := _folder(pages, "errors", f"SSBT{prefix}*.md"))
    ]
    return [*_entries(pages, ["errors/README"]), *by_hundreds]


def _contributing(pages: Path) -> list[Entry]:
    shown = sorted(page.relative_to(pages) for page in (pages / "repository").rglob("*.md"))
    names = (page.with_suffix("").as_posix() for page in shown)
    return [
        {"Decisions": _folder(pages, "decisions")},
        {"Files of the repository": _entries(pages, names)},
    ]


def _places(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from _places(value)
