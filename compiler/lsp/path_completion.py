"""Files that can be named at a place: imports, schemas, rows of tests, Python modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import os
import posixpath
import re

from ssbt.compiler.disk import is_outside, project_root
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.patterns import lazy_pattern

# A folder of data may hold a great many files; a list of this many helps nobody.
_MAX_ENTRIES = 500
_SKIPPED_FOLDERS = ("build", "node_modules", "__pycache__")
_PIPELINE = lazy_pattern(r"^\s*pipeline\s+[\w`]", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _PathContext:
    """What is before a path on its line, the endings of the files meant, and what they are."""

    pattern: re.Pattern[str]
    endings: tuple[str, ...]
    detail: str


def _path_context(prefix: str, endings: str, detail: str) -> _PathContext:
    pattern = re.compile(rf'{prefix}\s*"(?P<path>[^"$\r\n]*)\Z', re.IGNORECASE)
    return _PathContext(pattern, tuple(endings.split()), detail)


_CONTEXTS = (
    _path_context(r"\A\s*import", ".ssbt", "what it declares"),
    _path_context(r"\A\s*schema\s+\S+\s+from", ".avsc .proto .desc .json .ddl .sql", "its columns"),
    _path_context(r"\A\s*(?:given|then)\b[^\"]*\sfrom", ".csv .json .jsonl .parquet", "its rows"),
    _path_context(r"\|>\s*(?:apply|stateful)", ".py", "its functions and classes"),
)


@dataclass(frozen=True, slots=True)
class PathCompletion:
    """The items, and where the part of the path begins that one of them replaces."""

    start: int
    items: tuple[CompletionItem, ...]


def complete_path(
    path: str, text: str, offset: int, read: Callable[[str], str]
) -> PathCompletion | None:
    """The files for an offset of the file at `path`; None where no path is being written.

    `read` gives the text of a file. Nothing outside the project is shown.
    """
    line = text[max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1 : offset]
    for context in _CONTEXTS:
        match = context.pattern.search(line)
        if match is not None:
            folder, _, part = match["path"].rpartition("/")
            items = _entry_items(path, folder, context, read) if os.path.isabs(path) else ()
            return PathCompletion(offset - len(part), tuple(items))
    return None


def _entry_items(
    path: str, folder: str, context: _PathContext, read: Callable[[str], str]
) -> Iterator[CompletionItem]:
    root = project_root(path)
    target_folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), folder))
    try:
        with os.scandir(target_folder) as entries:
            listing = sorted(entries, key=lambda entry: entry.name)[:_MAX_ENTRIES]
    except OSError:
        return
    for entry in listing:
        entry_path = posixpath.join(target_folder, entry.name)
        if (
            entry.name.startswith(".")
            or entry.name in _SKIPPED_FOLDERS
            or is_outside(entry_path, root)
        ):
            continue
        if entry.is_dir():
            yield CompletionItem(f"{entry.name}/", "folder")
        elif entry.name.endswith(context.endings) and entry_path != path:
            is_import = ".ssbt" in context.endings
            if not is_import or _is_library(read(entry_path), entry.name):
                yield CompletionItem(entry.name, "file", context.detail)


def _is_library(text: str, name: str) -> bool:
    """Whether a file can be imported: it holds neither a pipeline nor only tests."""
    return not name.endswith("_test.ssbt") and _PIPELINE.search(text) is None
