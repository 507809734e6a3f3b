"""What became of pipelines as text: for a terminal, for a pull request, and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import json
import textwrap

from ssbt.compiler.compare.changes import Change, Severity
from ssbt.compiler.compare.pipelines import Difference
from ssbt.compiler.compare.verdicts import Reason
from ssbt.compiler.ir.fingerprints.dependences import Verdict
from ssbt.compiler.source import Span

FORMAT = 1
_INDENT = 14
_WIDTH = 100
NOTHING = "nothing differs in meaning"

# A place in the old version or, if told so, in the new: path, line and column, from 1.
Place = tuple[str, int, int]
Locate = Callable[[Span, bool], Place]


def text(found: Iterable[Difference], locate: Locate) -> str:
    """A paragraph for each pipeline that differs, and a line for each stream."""
    return "\n".join("".join(_paragraph(each, locate)) for each in found if _is_told(each))


def _is_told(found: Difference) -> bool:
    return bool(found.changes or found.streams or found.shared)


def _paragraph(found: Difference, locate: Locate) -> Iterator[str]:
    yield f"{found.name}\n"
    for each in found.changes:
        first, *more = _wrapped(each.message)
        yield f"  {each.severity.word:<{_INDENT - 2}}{first}\n"
        lines = [*more, *_wrapped(_where(each, locate)), *_wrapped(each.why)]
        if each.affects:
            lines += _wrapped(f"affects {', '.join(each.affects)}")
        lines += _wrapped(_also(each))
        yield from (f"{'':{_INDENT}}{line}\n" for line in lines)
    if found.shared:
        yield f"  {_weight(found.shared).word:<{_INDENT - 2}}{_elsewhere(found.shared)}\n"
    if not found.changes and not found.shared:
        yield f"  {NOTHING}\n"
    for stream in found.streams:
        yield f"  stream {stream.sink}: {stream.verdict.phrase}\n"


def _also(change: Change) -> str:
    """The other pipelines of which the change is one, too."""
    return f"also in the pipelines {', '.join(change.also)}" if change.also else ""


def _elsewhere(shared: tuple[Change, ...]) -> str:
    count = len(shared)
    more = "change that is" if count == 1 else "changes that are"
    return f"{count} {more} told above, of another pipeline that has the same"


def _weight(changes: Iterable[Change]) -> Severity:
    return max(each.severity for each in changes)


def _wrapped(message: str) -> list[str]:
    return textwrap.wrap(message, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)


def _where(change: Change, locate: Locate) -> str:
    old, new = change.places
    was = _shown(locate(old, False)) if old else ""
    if new is None:
        return f"was {was}" if was else ""
    now = _shown(locate(new, True))
    return f"{now}, was {was}" if was else now


def _shown(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def markdown(found: Iterable[Difference], locate: Locate) -> str:
    """A table for each pipeline, as a comment on a pull request."""
    sections = ["".join(_section(each, locate)) for each in found if _is_told(each)]
    return "\n".join(sections) or f"{NOTHING.capitalize()}.\n"


def _section(found: Difference, locate: Locate) -> Iterator[str]:
    yield f"### Pipeline {_code(found.name)}\n\n"
    if found.changes:
        yield "| | change | affects | place |\n|---|---|---|---|\n"
    elif not found.shared:
        yield f"{NOTHING.capitalize()}.\n"
    for each in found.changes:
        weight = "" if each.severity is Severity.NONE else f"**{each.severity.word}**"
        said = f"{each.message}: {each.why}" if each.why else each.message
        said = f"{said} ({_also(each)})" if each.also else said
        affects = ", ".join(_code(name) for name in each.affects)
        cells = (weight, _cell(said), _cell(affects), _cell(_where(each, locate)))
        yield f"| {' | '.join(cells)} |\n"
    if found.shared:
        yield f"\n**{_weight(found.shared).word}**: {_elsewhere(found.shared)}.\n"
    unsafe = [each for each in found.streams if each.verdict is not Verdict.SAFE]
    if unsafe:
        yield "\n"
    for stream in unsafe:
        yield f"- stream {_code(stream.sink)} {stream.verdict.phrase}\n"


def _code(name: str) -> str:
    return f"`{name}`" if "`" not in name else f"`` {name} ``"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def as_json(found: Iterable[Difference], locate: Locate) -> str:
    """All of it for programs; docs/schemas/diff-1.json is the contract."""
    document = {
        "version": FORMAT,
        "pipelines": [
            {
                "pipeline": each.name,
                "severity": each.severity.word,
                "changes": [_change(change, locate) for change in each.changes],
                "streams": [
                    {
                        "sink": stream.sink,
                        "verdict": stream.verdict.name.lower(),
                        "reasons": [_reason(reason, locate) for reason in stream.reasons],
                    }
                    for stream in each.streams
                ],
            }
            for each in found
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _change(change: Change, locate: Locate) -> dict[str, object]:
    old, new = change.places
    return {
        "severity": change.severity.word,
        "subject": change.subject.value,
        "name": change.name,
        "message": change.message,
        "why": change.why,
        "affects": list(change.affects),
        "also": list(change.also),
        "old": _place(old, locate, new=False),
        "new": _place(new, locate, new=True),
    }


def _reason(reason: Reason, locate: Locate) -> dict[str, object]:
    return {
        "verdict": reason.verdict.name.lower(),
        "message": reason.message,
        "why": reason.explanation,
        "old": _place(reason.old, locate, new=False),
        "new": _place(reason.new, locate, new=True),
    }


def _place(span: Span | None, locate: Locate, *, new: bool) -> dict[str, object] | None:
    if span is None:
        return None
    return dict(zip(("path", "line", "column"), locate(span, new), strict=True))
