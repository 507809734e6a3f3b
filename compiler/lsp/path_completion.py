"""Files that can be named at a place: imports, schemas, rows of tests, Python modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import os
import posixpath
import re

from ssbt.compiler.disk import is_outside, project_root
from ssbt.compiler.lsp.completion_items import CompletionItem

# A folder of data may hold a great many files; a list of so many helps nobody.
_MOST = 500
_PASSED_OVER = ("build", "node_modules", "__pycache__")
_PIPELINE = re.compile(r"^\s*pipeline\s+[\w`]", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _PathPlace:
    """What stands before a path on its line, the endings of the files meant, and what they are."""

    before: re.Pattern[str]
    endings: tuple[str, ...]
    detail: str


def _place(before: str, endings: str, detail: str) -> _PathPlace:
    pattern = re.compile(rf'{before}\s*"(?P<path>[^"$\r\n]*)\Z', re.IGNORECASE)
    return _PathPlace(pattern, tuple(endings.split()), detail)


_PLACES = (
    _place(r"\A\s*import", ".ssbt", "what it declares"),
    _place(r"\A\s*schema\s+\S+\s+from", ".avsc .proto .desc .json .ddl .sql", "its columns"),
    _place(r"\A\s*(?:given|then)\b[^\"]*\sfrom", ".csv .json .jsonl .parquet", "its rows"),
    _place(r"\|>\s*(?:apply|stateful)", ".py", "its functions and classes"),
)


@dataclass(frozen=True, slots=True)
class PathCompletion:
    """The items, and where the part of the path begins that one of them replaces."""

    start: int
    items: tuple[CompletionItem, ...]


def path_completion(
    path: str, text: str, offset: int, read: Callable[[str], str]
) -> PathCompletion | None:
    """The files for an offset of the file at `path`; None where no path is being written.

    `read` gives the text of a file. Nothing outside of the project is shown.
    """
    line = text[max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1 : offset]
    for place in _PLACES:
        match = place.before.search(line)
        if match is not None:
            folder, _, part = match["path"].rpartition("/")
            found = _entries(path, folder, place, read) if os.path.isabs(path) else ()
            return PathCompletion(offset - len(part), tuple(found))
    return None


def _entries(
    path: str, folder: str, place: _PathPlace, read: Callable[[str], str]
) -> Iterator[CompletionItem]:
    root = project_root(path)
    here = posixpath.normpath(posixpath.join(posixpath.dirname(path), folder))
    try:
        with os.scandir(here) as entries:
            every = sorted(entries, key=lambda entry: entry.name)[:_MOST]
    except OSError:
        return
    for entry in every:
        below = posixpath.join(here, entry.name)
        if entry.name.startswith(".") or entry.name in _PASSED_OVER or is_outside(below, root):
            continue
        if entry.is_dir():
            yield CompletionItem(f"{entry.name}/", "folder")
        elif entry.name.endswith(place.endings) and below != path:
            is_import = ".ssbt" in place.endings
            if not is_import or _is_library(read(below), entry.name):
                yield CompletionItem(entry.name, "file", place.detail)


def _is_library(text: str, name: str) -> bool:
    """Whether a file can be imported: it holds neither a pipeline nor only tests."""
    return not name.endswith("_test.ssbt") and _PIPELINE.search(text) is None
