"""Carrying out the fixes that findings offer, until there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.cli.compilation import Result, made
from ssbt.compiler.cli.units import Unit

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic

# A fix may make room for another; two that undo each other must come to an end.
_ROUNDS = 10


class Fixed(Struct, frozen=True):
    """The result after all fixes, the new contents of files by `Unit.file`, and how many fixes."""

    result: Result
    contents: Mapping[str, bytes]
    count: int


def fixed(unit: Unit, target: str | None, changed: Mapping[str, bytes]) -> Fixed:
    """The pipeline checked with its fixes made; nothing is written.

    `changed` holds contents to be taken instead of those of files, and so do the new contents.
    """
    now = Fixed(_checked(unit, target, changed), changed, 0)
    for _ in range(_ROUNDS):
        fixes = _offered(now.result)
        after = _better(now, fixes, target) or _one_by_one(now, fixes, target)
        if after is now:
            break
        now = after
    return now


def _offered(result: Result) -> tuple[Diagnostic, ...]:
    """The findings that can be fixed together."""
    from ssbt.compiler.diagnostics.fixes import accepted

    return accepted(found for found in result.findings if _in_sources(found, result))


def _in_sources(found: Diagnostic, result: Result) -> bool:
    return bool(found.fix) and all(edit.span.path in result.sources for edit in found.fix)


def _one_by_one(now: Fixed, fixes: Sequence[Diagnostic], target: str | None) -> Fixed:
    """What comes of those fixes that make nothing worse; `now` itself where none does."""
    kept: list[Diagnostic] = []
    best = now
    for fix in fixes if len(fixes) > 1 else ():
        after = _better(now, [*kept, fix], target)
        if after is not None:
            best = after
            kept.append(fix)
    return best


def _better(now: Fixed, fixes: Sequence[Diagnostic], target: str | None) -> Fixed | None:
    """What comes of these fixes; None where they mend nothing or break what could be read."""
    contents = {**now.contents, **_edited(now.result, fixes)}
    if contents == now.contents:
        return None
    result = _checked(now.result.unit, target, contents)
    unreadable = _unreadable(now.result.findings) - _unreadable(result.findings)
    # Behind a mistake of syntax other mistakes may come to light, and are to be told.
    is_better = unreadable > 0 or (unreadable == 0 and not _unreadable(fixes))
    return Fixed(result, contents, now.count + len(fixes)) if is_better else None


def _checked(unit: Unit, target: str | None, changed: Mapping[str, bytes]) -> Result:
    result, _, _ = made(unit, target, emits=False, changed=changed)
    return result


def _edited(result: Result, fixes: Sequence[Diagnostic]) -> dict[str, bytes]:
    """The new contents of the files that fixes change."""
    from ssbt.compiler.diagnostics.fixes import accepted_edits, edited

    edits = accepted_edits(fixes)
    return {
        result.unit.file(path): edited(
            result.sources[path].text, (edit for edit in edits if edit.span.path == path)
        ).encode("utf-8")
        for path in sorted({edit.span.path for edit in edits})
    }


def _unreadable(findings: Sequence[Diagnostic]) -> int:
    """How many findings are about encoding and syntax."""
    return sum(finding.code.number[4:6] in ("00", "01") for finding in findings)
