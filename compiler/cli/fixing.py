"""Carrying out the fixes that findings offer, until there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import os
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.cli.compilation import Result, made
from ssbt.compiler.cli.units import Unit

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source

# A fix may make room for another; two that undo each other must come to an end.
_ROUNDS = 10


class Fixed(Struct, frozen=True):
    """The result after all fixes, and the new contents of files by their paths."""

    result: Result
    contents: Mapping[str, bytes]
    count: int


def fixed(unit: Unit, target: str | None) -> Fixed:
    """The pipeline checked with its fixes made; nothing is written."""
    changed: dict[str, bytes] = {}
    result, _, _ = made(unit, target, emits=False)
    count = 0
    for _ in range(_ROUNDS):
        new = changed | _edited(result.findings, result.sources)
        if new == changed:
            break
        after, _, _ = made(unit, target, emits=False, changed=new)
        # A fix may bring other mistakes to light, but must not break what could be read.
        if _unreadable(after.findings) > _unreadable(result.findings):
            break
        count += max(len(result.findings) - len(after.findings), 1)
        result, changed = after, new
    contents = {os.path.join(unit.folder, path): content for path, content in changed.items()}
    return Fixed(result, contents, count)


def _edited(findings: Iterable[Diagnostic], sources: Mapping[str, Source]) -> dict[str, bytes]:
    """The new contents of the files that fixes change."""
    from ssbt.compiler.diagnostics.fixes import accepted_edits, edited

    edits = accepted_edits(findings)
    paths = {edit.span.path for edit in edits} & sources.keys()
    found = {}
    for path in sorted(paths):
        text = edited(sources[path].text, (edit for edit in edits if edit.span.path == path))
        if text != sources[path].text:
            found[path] = text.encode("utf-8")
    return found


def _unreadable(findings: Iterable[Diagnostic]) -> int:
    """How many findings are about encoding and syntax."""
    return sum(finding.code.number[4:6] in ("00", "01") for finding in findings)
