"""What pipelines that are compiled together must not have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ssbt.compiler.cli.compilation_results import CompilationResult

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source, Span


def without_clashes(results: Sequence[CompilationResult]) -> list[CompilationResult]:
    """The results whose name no other one has."""
    counts = Counter(result.name.casefold() for result in results)
    return [result for result in results if counts[result.name.casefold()] == 1]


def check_name_clashes(
    results: Iterable[CompilationResult],
) -> tuple[list[Diagnostic], dict[str, Source]]:
    """An error for each pipeline whose name another one before it has, and their sources."""
    first: dict[str, CompilationResult] = {}
    findings: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    for result in results:
        other = first.setdefault(result.name.casefold(), result)
        if result.name and other is not result:
            findings.append(_clash_finding(result, other, sources))
    return findings, sources


def _clash_finding(
    result: CompilationResult, other: CompilationResult, sources: dict[str, Source]
) -> Diagnostic:
    from ssbt.compiler.diagnostics.codes.outputs import SAME_NAME
    from ssbt.compiler.diagnostics.model import Diagnostic, Label

    message = f"another pipeline is called `{other.name}` too"
    return Diagnostic(
        SAME_NAME,
        message,
        Label(_name_span(result, sources), "their outputs would be the same files"),
        (Label(_name_span(other, sources), "the other one"),),
        ("rename one of them, or give each an output folder of its own with `--out`",),
    )


def _name_span(result: CompilationResult, sources: dict[str, Source]) -> Span:
    """The place of the pipeline's name; puts its source into `sources`."""
    from ssbt.compiler.cli.units import find_name_range
    from ssbt.compiler.source import Source, Span

    path = result.unit.input.path
    text = result.unit.input.read().decode("utf-8", "surrogateescape")
    sources[path] = Source(path, text)
    start, end = find_name_range(text) or (0, 0)
    return Span(path, start, end)
