"""Two versions of pipelines through the driver, and side by side."""

from __future__ import annotations

from collections.abc import Iterator
import json
from typing import NamedTuple

from ssbt.compiler.cli.console import Console
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import quoted, reason
from ssbt.compiler.cli.revisions import Version
from ssbt.compiler.cli.units import declared_name, relocated, relocated_sources
from ssbt.compiler.compare.verdicts import Reason, SinkVerdict, Verdict, verdicts
from ssbt.compiler.diagnostics.codes import checkpoints as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.driver import checked
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Source, Span

FORMAT = 1
_CODES = {
    Verdict.NEW_CHECKPOINT: codes.NEW_CHECKPOINT,
    Verdict.SILENTLY_WRONG: codes.SILENTLY_WRONG,
}
_PHRASES = {
    Verdict.NEW_CHECKPOINT: "needs a new checkpoint",
    Verdict.SILENTLY_WRONG: "would go on and be wrong",
}


class Comparison(NamedTuple):
    """The streams of all pipelines, the findings of those that are not safe, and their sources.

    `broken` are the errors of versions that do not compile; then there are no streams.
    """

    versions: tuple[Version, Version]
    streams: tuple[tuple[str, SinkVerdict], ...]
    findings: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    broken: bool = False

    @property
    def refused(self) -> bool:
        """Whether some stream may not go on, or nothing can be said."""
        return self.broken or any(each.verdict > Verdict.SAFE for _, each in self.streams)


def compared(old: Version, new: Version, target: str | None) -> Comparison:
    """What becomes of each stream; raises Failure where there is nothing to compare."""
    sources: dict[str, Source] = {}
    errors: list[Diagnostic] = []
    before = _pipelines(old, target, sources, errors)
    after = _pipelines(new, target, sources, errors)
    if errors:
        return Comparison((old, new), (), tuple(errors), sources, broken=True)
    streams: list[tuple[str, SinkVerdict]] = []
    findings: list[Diagnostic] = []
    for name in dict.fromkeys((*after, *before)):
        for each in verdicts(before.get(name), after.get(name)):
            streams.append((name, each))
            findings += _findings(each, old, new)
    return Comparison((old, new), tuple(streams), tuple(findings), sources)


def _pipelines(
    version: Version, target: str | None, sources: dict[str, Source], errors: list[Diagnostic]
) -> dict[str, Pipeline]:
    """The pipelines of a version by name."""
    found: dict[str, Pipeline] = {}
    for path in version.files:
        data = _data(version, path)
        if len(version.files) > 1 and declared_name(data) is None:
            continue
        result = checked(path, version.read, target)
        sources.update(relocated_sources(result.sources, version))
        if result.pipeline is None:
            errors += [relocated(each, version) for each in result.findings]
        else:
            found[result.pipeline.name] = result.pipeline
    if not found and not errors:
        raise Failure(f"there is no pipeline in {quoted(version.name)}")
    return found


def _data(version: Version, path: str) -> bytes:
    try:
        return version.read(path)
    except OSError as error:
        raise Failure(f"cannot read {quoted(version.shown(path))}: {reason(error)}") from error


def _findings(each: SinkVerdict, old: Version, new: Version) -> Iterator[Diagnostic]:
    for found in each.reasons:
        if found.verdict is not Verdict.SAFE:
            yield _finding(each.sink, found, old, new)


def _finding(sink: str, found: Reason, old: Version, new: Version) -> Diagnostic:
    was = None if found.old is None else Label(_moved(found.old, old), "as it was")
    now = None if found.new is None else Label(_moved(found.new, new), "as it is")
    labels = [label for label in (now, was) if label is not None]
    return Diagnostic(
        _CODES[found.verdict],
        f"stream `{sink}` {_PHRASES[found.verdict]}: {found.message}",
        labels[0],
        secondary=tuple(labels[1:]),
        help=(found.explanation,),
    )


def _moved(span: Span, version: Version) -> Span:
    return Span(version.shown(span.path), span.start, span.end)


def as_json(result: Comparison) -> str:
    """The verdict on each stream, for programs."""
    document = {
        "version": FORMAT,
        "streams": [
            {
                "pipeline": pipeline,
                "sink": each.sink,
                "verdict": each.verdict.name.lower(),
                "reasons": [_reason(result, found) for found in each.reasons],
            }
            for pipeline, each in result.streams
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _reason(result: Comparison, found: Reason) -> dict[str, object]:
    old, new = result.versions
    return {
        "verdict": found.verdict.name.lower(),
        "message": found.message,
        "why": found.explanation,
        "old": _place(found.old, old, result.sources),
        "new": _place(found.new, new, result.sources),
    }


def _place(
    span: Span | None, version: Version, sources: dict[str, Source]
) -> dict[str, object] | None:
    if span is None:
        return None
    path = version.shown(span.path)
    line, column = sources[path].position(span.start)
    return {"path": path, "line": line, "column": column}


def tell(result: Comparison, console: Console) -> None:
    """A line for each stream."""
    width = max((len(f"{name}.{each.sink}") for name, each in result.streams), default=0)
    for name, each in result.streams:
        console.result(f"{f'{name}.{each.sink}':<{width}}  {each.verdict.phrase}\n")
