"""What does not fit where a source of the project reads what a sink of it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ssbt.compiler.contracts.columns import Kind, Mismatch, mismatches
from ssbt.compiler.contracts.ends import End, EndColumn
from ssbt.compiler.contracts.meetings import Meeting, meetings
from ssbt.compiler.contracts.verdicts import Verdict, form_verdict
from ssbt.compiler.diagnostics.codes import contracts as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.source import Span
from ssbt.compiler.types.quoting import quoted_name

PREFIX = "SSBT064"


class Finding(Struct, frozen=True):
    """A finding with the two ends; `renaming` is the name that the column is to have, if any."""

    diagnostic: Diagnostic
    reader: End
    writer: End
    column: str = ""
    renaming: tuple[Span, str] | None = None
    environments: tuple[str, ...] = ()


def is_of_contracts(finding: Diagnostic) -> bool:
    """Whether a finding is one of these."""
    return finding.code.number.startswith(PREFIX)


def findings(ends: Iterable[End]) -> Iterator[Finding]:
    """What is wrong between the ends of the pipelines of a project, reader by reader."""
    by_reader: dict[int, list[Meeting]] = {}
    for each in meetings(ends):
        by_reader.setdefault(id(each.reader), []).append(each)
    for found in by_reader.values():
        yield from _of_reader(found)


def _of_reader(found: list[Meeting]) -> Iterator[Finding]:
    """What is wrong at one source; a column that only some of its sinks lack is told of these."""
    by_column: dict[tuple[str, ...], list[tuple[Meeting, Mismatch]]] = {}
    compared = 0
    for meeting in found:
        reader, writer = meeting.reader.value, meeting.writer.value
        if form_verdict(reader.format, writer.format) is not Verdict.RIGHT:
            yield _other_form(meeting)
            continue
        if reader.format != writer.format or reader.columns is None or writer.columns is None:
            continue
        compared += 1
        for each in mismatches(reader.format, writer.columns, reader.columns):
            by_column.setdefault(each.path, []).append((meeting, each))
    for differing in by_column.values():
        meeting, mismatch = differing[0]
        if mismatch.kind is not Kind.MISSING or len(differing) == compared:
            yield _mismatch(meeting, mismatch)


def _other_form(meeting: Meeting) -> Finding:
    reader, writer = meeting.reader, meeting.writer
    message = (
        f"`{reader.name}` reads {reader.value.format} where {_owner(meeting)}"
        f" writes {writer.value.format}"
    )
    return _finding(
        codes.OTHER_FORM,
        meeting,
        message,
        reader.value.span or reader.place,
        writer.value.span or writer.place,
        f"{writer.value.format} is written here",
        (
            f"read it with `from {writer.value.format}`"
            if not reader.is_topic
            else f"write `value = {writer.value.format}`",
        ),
    )


def _mismatch(meeting: Meeting, found: Mismatch) -> Finding:
    name = ".".join(found.path)
    if found.kind is Kind.TYPE:
        return _other_type(meeting, found, name)
    place = _reader_place(meeting.reader, found.column)
    source = found.source or _candidate(meeting, found)
    message = f"`{name}` is null in every row: {_owner(meeting)} writes no such column"
    if len(found.path) > 1:
        message = f"`{name}` is null in every row: {_owner(meeting)} writes no such field"
    help_: list[str] = []
    renaming = None
    if found.kind is Kind.CASE:
        message += f", but `{found.written}`, and in {meeting.reader.value.format} case counts"
    if source is not None and len(found.path) == 1:
        help_.append(f"did you mean `{source.name}`, which is written there?")
        if place == found.column.span:
            renaming = place, source.name
    help_.append("write the column, or take it out of the schema")
    where = source.span if source is not None and source.span is not None else None
    return _finding(
        codes.UNWRITTEN_COLUMN,
        meeting,
        message,
        place,
        meeting.writer.place,
        f"`{meeting.writer.name}` of `{meeting.writer.pipeline}` is written here",
        tuple(help_),
        name,
        renaming,
        () if where is None or source is None else (Label(where, f"`{source.name}` is made here"),),
    )


def _candidate(meeting: Meeting, found: Mismatch) -> EndColumn | None:
    """The one column that is written and not read, of the type of the one that is missing."""
    if len(found.path) > 1:
        return None
    read = {each.name.casefold() for each in meeting.reader.value.columns or ()}
    written = [c for c in meeting.writer.value.columns or () if c.name.casefold() not in read]
    names = {each.name: each for each in written}
    near = did_you_mean(found.column.name, names)
    if near is not None:
        return names[near]
    lacking = [
        each
        for each in meeting.reader.value.columns or ()
        if each.name.casefold()
        not in {other.name.casefold() for other in meeting.writer.value.columns or ()}
    ]
    alike = [each for each in written if each.type == found.column.type]
    same = [each for each in lacking if each.type == found.column.type]
    return alike[0] if len(alike) == len(same) == 1 else None


def _other_type(meeting: Meeting, found: Mismatch, name: str) -> Finding:
    reader = meeting.reader
    ways = {
        Verdict.WRONG: "gives other values, without a word",
        Verdict.WRONG_FOR_SOME: "gives other values for some, without a word",
        Verdict.FAILS: "fails",
        Verdict.FAILS_FOR_SOME: "fails for values that the type cannot hold",
    }
    message = (
        f"`{name}` is written by {_owner(meeting)} as {found.written} and read as {found.read},"
        f" which {ways[found.verdict]}"
    )
    code = codes.DOUBTFUL_TYPE if found.verdict is Verdict.FAILS_FOR_SOME else codes.OTHER_TYPE
    source = found.source
    return _finding(
        code,
        meeting,
        message,
        _reader_place(reader, found.column),
        (source.span if source is not None else None) or meeting.writer.place,
        f"`{meeting.writer.name}` of `{meeting.writer.pipeline}` gets it from here",
        (f"read it as {found.written.lower()}, and cast it in a step",),
        name,
    )


def _reader_place(reader: End, column: EndColumn) -> Span:
    """The column in the schema, or the source where the schema is that of another file."""
    if column.span is not None and column.span.path == reader.place.path:
        return column.span
    return reader.place


def _owner(meeting: Meeting) -> str:
    if meeting.writer.pipeline == meeting.reader.pipeline:
        return f"the sink `{meeting.writer.name}`"
    return f"the pipeline `{meeting.writer.pipeline}`"


def _finding(
    code: Code,
    meeting: Meeting,
    message: str,
    place: Span,
    other: Span,
    text: str,
    help_: tuple[str, ...],
    column: str = "",
    renaming: tuple[Span, str] | None = None,
    also: tuple[Label, ...] = (),
) -> Finding:
    where = [each for each in meeting.environments if each]
    if "" not in meeting.environments:
        names = " and ".join(f"`{each}`" for each in where)
        message += f" (in the environment {names})"
    fix = (Edit(renaming[0], quoted_name(renaming[1])),) if renaming else ()
    labels = (Label(other, text), *also)
    diagnostic = Diagnostic(code, message, Label(place), labels, help_, fix)
    return Finding(
        diagnostic, meeting.reader, meeting.writer, column, renaming, meeting.environments
    )
