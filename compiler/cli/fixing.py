"""Carrying out the fixes that findings offer, until there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.cli.compilation import compile_unit
from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.units import Unit

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic

# A fix may make room for another; two that undo each other must come to an end.
_ROUNDS = 10


class FixResult(Struct, frozen=True):
    """The result after all fixes, the new contents of files by `Unit.file`, and how many fixes."""

    result: CompilationResult
    contents: Mapping[str, bytes]
    count: int


def apply_fixes(unit: Unit, target: str | None, overrides: Mapping[str, bytes]) -> FixResult:
    """The pipeline checked with its fixes made; nothing is written.

    `overrides` holds contents to be taken instead of those of files, and so do the new contents.
    """
    current = FixResult(_check_unit(unit, target, overrides), overrides, 0)
    for _ in range(_ROUNDS):
        fixes = _select_fixes(current.result)
        improved = _try_fixes(current, fixes, target) or _apply_one_by_one(current, fixes, target)
        if improved is current:
            break
        current = improved
    return current


def _select_fixes(result: CompilationResult) -> tuple[Diagnostic, ...]:
    """The findings that can be fixed together."""
    from ssbt.compiler.diagnostics.fixes import select_compatible

    return select_compatible(
        finding for finding in result.findings if _is_in_sources(finding, result)
    )


def _is_in_sources(finding: Diagnostic, result: CompilationResult) -> bool:
    return bool(finding.fix) and all(edit.span.path in result.sources for edit in finding.fix)


def _apply_one_by_one(
    current: FixResult, fixes: Sequence[Diagnostic], target: str | None
) -> FixResult:
    """What comes of those fixes that make nothing worse; `current` itself where none does."""
    applied: list[Diagnostic] = []
    best = current
    for fix in fixes if len(fixes) > 1 else ():
        improved = _try_fixes(current, [*applied, fix], target)
        if improved is not None:
            best = improved
            applied.append(fix)
    return best


def _try_fixes(
    current: FixResult, fixes: Sequence[Diagnostic], target: str | None
) -> FixResult | None:
    """What comes of these fixes; None where they mend nothing or break what could be read."""
    contents = {**current.contents, **_apply_edits(current.result, fixes)}
    if contents == current.contents:
        return None
    result = _check_unit(current.result.unit, target, contents)
    unreadable = _count_unreadable(current.result.findings) - _count_unreadable(result.findings)
    # Behind a mistake of syntax other mistakes may come to light, and are to be told.
    is_better = unreadable > 0 or (unreadable == 0 and not _count_unreadable(fixes))
    return FixResult(result, contents, current.count + len(fixes)) if is_better else None


def _check_unit(
    unit: Unit, target: str | None, overrides: Mapping[str, bytes]
) -> CompilationResult:
    result, _, _ = compile_unit(unit, target, emits=False, overrides=overrides)
    return result


def _apply_edits(result: CompilationResult, fixes: Sequence[Diagnostic]) -> dict[str, bytes]:
    """The new contents of the files that fixes change."""
    from ssbt.compiler.diagnostics.fixes import accepted_edits, apply_edits

    edits = accepted_edits(fixes)
    return {
        result.unit.file(path): apply_edits(
            result.sources[path].text, (edit for edit in edits if edit.span.path == path)
        ).encode("utf-8")
        for path in sorted({edit.span.path for edit in edits})
    }


def _count_unreadable(findings: Sequence[Diagnostic]) -> int:
    """How many findings are about encoding and syntax."""
    return sum(finding.code.number[4:6] in ("00", "01") for finding in findings)
