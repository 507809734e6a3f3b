"""What became of pipelines as text: for a terminal, for a pull request, and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import json
import textwrap

from ssbt.compiler.compare.changes import Change, Severity
from ssbt.compiler.compare.pipelines import PipelineDifference
from ssbt.compiler.compare.stream_differences import Reason
from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict
from ssbt.compiler.source import Span

FORMAT = 1
_INDENT = 14
_WIDTH = 100
NOTHING = "nothing differs in meaning"

# A place in the old version or, if told so, in the new: path, line and column, from 1.
Location = tuple[str, int, int]
Locate = Callable[[Span, bool], Location]


def render_text(differences: Iterable[PipelineDifference], locate: Locate) -> str:
    """A paragraph for each pipeline that differs, and a line for each stream."""
    return "\n".join(
        "".join(_render_paragraph(each, locate)) for each in differences if _has_content(each)
    )


def _has_content(difference: PipelineDifference) -> bool:
    return bool(difference.changes or difference.streams or difference.shared)


def _render_paragraph(difference: PipelineDifference, locate: Locate) -> Iterator[str]:
    yield f"{difference.name}\n"
    for each in difference.changes:
        first, *rest = _wrap(each.message)
        yield f"  {each.severity.word:<{_INDENT - 2}}{first}\n"
        lines = [*rest, *_wrap(_describe_places(each, locate)), *_wrap(each.why)]
        if each.affects:
            lines += _wrap(f"affects {', '.join(each.affects)}")
        lines += _wrap(_describe_other_pipelines(each))
        yield from (f"{'':{_INDENT}}{line}\n" for line in lines)
    if difference.shared:
        word = _max_severity(difference.shared).word
        yield f"  {word:<{_INDENT - 2}}{_describe_shared(difference.shared)}\n"
    if not difference.changes and not difference.shared:
        yield f"  {NOTHING}\n"
    for stream in difference.streams:
        yield f"  stream {stream.sink}: {stream.verdict.phrase}\n"


def _describe_other_pipelines(change: Change) -> str:
    """The other pipelines of which the change is one, too."""
    return f"also in the pipelines {', '.join(change.also)}" if change.also else ""


def _describe_shared(shared: tuple[Change, ...]) -> str:
    count = len(shared)
    phrase = "change that is" if count == 1 else "changes that are"
    return f"{count} {phrase} told above, of another pipeline that has the same"


def _max_severity(changes: Iterable[Change]) -> Severity:
    return max(each.severity for each in changes)


def _wrap(message: str) -> list[str]:
    return textwrap.wrap(message, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)


def _describe_places(change: Change, locate: Locate) -> str:
    old, new = change.places
    was = _display_location(locate(old, False)) if old else ""
    if new is None:
        return f"was {was}" if was else ""
    now = _display_location(locate(new, True))
    return f"{now}, was {was}" if was else now


def _display_location(location: Location) -> str:
    return f"{location[0]}:{location[1]}"


def render_markdown(differences: Iterable[PipelineDifference], locate: Locate) -> str:
    """A table for each pipeline, as a comment on a pull request."""
    sections = [
        "".join(_render_section(each, locate)) for each in differences if _has_content(each)
    ]
    return "\n".join(sections) or f"{NOTHING.capitalize()}.\n"


def _render_section(difference: PipelineDifference, locate: Locate) -> Iterator[str]:
    yield f"### Pipeline {_quote_code(difference.name)}\n\n"
    if difference.changes:
        yield "| | change | affects | place |\n|---|---|---|---|\n"
    elif not difference.shared:
        yield f"{NOTHING.capitalize()}.\n"
    for each in difference.changes:
        weight = "" if each.severity is Severity.NONE else f"**{each.severity.word}**"
        message = f"{each.message}: {each.why}" if each.why else each.message
        message = f"{message} ({_describe_other_pipelines(each)})" if each.also else message
        affects = ", ".join(_quote_code(name) for name in each.affects)
        cells = (
            weight,
            _escape_cell(message),
            _escape_cell(affects),
            _escape_cell(_describe_places(each, locate)),
        )
        yield f"| {' | '.join(cells)} |\n"
    if difference.shared:
        word = _max_severity(difference.shared).word
        yield f"\n**{word}**: {_describe_shared(difference.shared)}.\n"
    unsafe = [each for each in difference.streams if each.verdict is not Verdict.SAFE]
    if unsafe:
        yield "\n"
    for stream in unsafe:
        yield f"- stream {_quote_code(stream.sink)} {stream.verdict.phrase}\n"


def _quote_code(name: str) -> str:
    return f"`{name}`" if "`" not in name else f"`` {name} ``"


def _escape_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def render_json(differences: Iterable[PipelineDifference], locate: Locate) -> str:
    """All of it for programs; docs/schemas/diff-1.json is the contract."""
    document = {
        "version": FORMAT,
        "pipelines": [
            {
                "pipeline": each.name,
                "severity": each.severity.word,
                "changes": [_change_object(change, locate) for change in each.changes],
                "streams": [
                    {
                        "sink": stream.sink,
                        "verdict": stream.verdict.name.lower(),
                        "reasons": [_reason_object(reason, locate) for reason in stream.reasons],
                    }
                    for stream in each.streams
                ],
            }
            for each in differences
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _change_object(change: Change, locate: Locate) -> dict[str, object]:
    old, new = change.places
    return {
        "severity": change.severity.word,
        "subject": change.subject.value,
        "name": change.name,
        "message": change.message,
        "why": change.why,
        "affects": list(change.affects),
        "also": list(change.also),
        "old": _place_object(old, locate, new=False),
        "new": _place_object(new, locate, new=True),
    }


def _reason_object(reason: Reason, locate: Locate) -> dict[str, object]:
    return {
        "verdict": reason.verdict.name.lower(),
        "message": reason.message,
        "why": reason.explanation,
        "old": _place_object(reason.old, locate, new=False),
        "new": _place_object(reason.new, locate, new=True),
    }


def _place_object(span: Span | None, locate: Locate, *, new: bool) -> dict[str, object] | None:
    if span is None:
        return None
    return dict(zip(("path", "line", "column"), locate(span, new), strict=True))
