"""How it is told that two ends do not fit: at the source, with the sink beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ssbt.compiler.contracts.columns import Kind, Mismatch
from ssbt.compiler.contracts.ends import End, EndColumn, Part
from ssbt.compiler.contracts.inferred import found_columns
from ssbt.compiler.contracts.meetings import Meeting
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.options import Disagreement
from ssbt.compiler.contracts.positions import Misplaced
from ssbt.compiler.contracts.verdicts import Verdict
from ssbt.compiler.diagnostics.codes import contracts as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.source import Span

_WAYS = {
    Verdict.WRONG: "gives other values, without a word",
    Verdict.WRONG_FOR_SOME: "gives other values for some, without a word",
    Verdict.FAILS: "fails",
    Verdict.FAILS_FOR_SOME: "fails for values that the type cannot hold",
}


class Finding(Struct, frozen=True):
    """A finding with the two ends, and the column that it is about, if it is about one.

    `renaming` is the place of a column's name and the name that it is to have.
    """

    diagnostic: Diagnostic
    reader: End
    writer: End
    column: str = ""
    renaming: tuple[Span, str] | None = None
    environments: tuple[str, ...] = ()


def other_form(meeting: Meeting, reader: Part, writer: Part) -> Finding:
    """Another format than the one that is written."""
    name, owner = meeting.reader.name, _owner(meeting)
    message = f"`{name}` reads {reader.format} where {owner} writes {writer.format}"
    is_topic = meeting.reader.is_topic
    way = f"read it as `{writer.format}`" if is_topic else f"read it with `from {writer.format}`"
    other = writer.span or meeting.writer.place, f"{writer.format} is written here"
    return _finding(codes.OTHER_FORM, meeting, message, reader.span, other, (way,))


def no_key(meeting: Meeting, reader: Part) -> Finding:
    """A key that is read where records have none."""
    message = f"`_key` is null in every row: {_owner(meeting)} writes records without a key"
    help_ = ("write a `key`, or read none",)
    return _finding(codes.UNWRITTEN_COLUMN, meeting, message, reader.span, None, help_, "_key")


def disagreement(meeting: Meeting, reader: Part, writer: Part, found: Disagreement) -> Finding:
    """An option that says something else at each end."""
    name, owner = found.option, _owner(meeting)
    message = (
        f"`{name}` is {_shown(found.read)} where `{meeting.reader.name}` reads,"
        f" and {_shown(found.written)} where {owner} writes"
    )
    way = f"write `{name} = {_shown(found.written)}` here, too"
    if found.written is None:
        way = f"leave `{name}` out"
    if found.option == "pretty":
        message = f"{owner} writes rows over several lines, of which Spark reads none or the first"
        way = "leave `pretty` out where it is written"
    elif found.option == "multi_line":
        message = f"`{meeting.reader.name}` reads one row a file, and {owner} writes one a line"
        way = "leave `multi_line` out"
    place = reader.place(name) or meeting.reader.place
    other = writer.place(name) or meeting.writer.place, "written so"
    return _finding(codes.OTHER_OPTION, meeting, message, place, other, (way,))


def misplaced_columns(meeting: Meeting, found: Misplaced) -> Finding:
    """Columns that are found by their places, in another order or number."""
    stops = found.verdict is Verdict.FAILS
    how = "the job stops" if stops else "values change places"
    written, read = (
        ", ".join(f"`{each}`" for each in side) for side in (found.written, found.read)
    )
    message = (
        f"{_owner(meeting)} writes the columns {written}, and `{meeting.reader.name}` reads {read}:"
        f" columns are found by their places, and {how}"
    )
    help_ = ("declare all columns in the order in which they are written",)
    return _finding(codes.OTHER_PLACES, meeting, message, None, None, help_)


def lost_folder(meeting: Meeting, column: EndColumn) -> Finding:
    """A column that the sink makes folders of, and that the source does not see."""
    message = (
        f"`{column.name}` is null in every row: {_owner(meeting)} makes folders of it,"
        f" and `{meeting.reader.name}` reads below them"
    )
    help_ = ("read from the folder above, and keep the rows that you want with `where`",)
    if meeting.reader.recursive:
        message = (
            f"`{column.name}` is null in every row: {_owner(meeting)} makes folders of it,"
            " which are no columns with `recursive_file_lookup`"
        )
        help_ = ("leave `recursive_file_lookup` out",)
    span = meeting.writer.partitions_span
    other = (span, "folders are made here") if span is not None else None
    return _finding(
        codes.LOST_FOLDERS, meeting, message, meeting.reader.place, other, help_, column.name
    )


def sinks_apart(meeting: Meeting, how: str) -> Finding:
    """Two sinks whose files no reader can put together; `reader` is the second of them."""
    message = (
        f"`{meeting.reader.name}` writes where {_owner(meeting)} writes too, but {how}:"
        " no reader can put these together"
    )
    help_ = ("write to another place, or write the same",)
    other = meeting.writer.place, "the other one"
    return _finding(codes.SINKS_APART, meeting, message, meeting.reader.place, other, help_)


def sinks_differ(meeting: Meeting, found: Sequence[Mismatch], back: Sequence[Mismatch]) -> Finding:
    """Two sinks that write other columns to one place; `reader` is the second of them."""
    parts = [f"has `{'.'.join(each.path)}`" for each in found if each.kind is Kind.MISSING]
    parts += [f"lacks `{'.'.join(each.path)}`" for each in back]
    parts += [
        f"has `{'.'.join(each.path)}` as {each.read}, not {each.written}"
        for each in found
        if each.kind is Kind.TYPE
    ]
    parts += [
        f"says `{each.read}`, not `{each.written}`" for each in found if each.kind is Kind.CASE
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    message = (
        f"`{meeting.reader.name}` writes other columns than {_owner(meeting)} to the same place:"
        f" it {', '.join(parts[:3])}{more}"
    )
    help_ = ("write the same columns, or to another place",)
    other = meeting.writer.place, "the other one"
    return _finding(codes.SINKS_DIFFER, meeting, message, meeting.reader.place, other, help_)


def mismatch(meeting: Meeting, found: Mismatch) -> Finding:
    """A column that nobody writes, that is read as another type, or that may be null."""
    if found.kind is Kind.TYPE:
        return _other_type(meeting, found)
    name, owner = ".".join(found.path), _owner(meeting)
    if found.kind is Kind.NULLS:
        return _nulls(meeting, found, name)
    thing = "field" if len(found.path) > 1 else "column"
    message = f"`{name}` is null in every row: {owner} writes no such {thing}"
    if found.kind is Kind.CASE:
        message += f", but `{found.written}`: in {meeting.reader.value.format} case counts"
    source = found.source or _candidate(meeting, found)
    place = _reader_place(meeting.reader, found.column)
    help_ = ["write the column, or take it out of the schema"]
    if len(found.path) == 1 and found.kind is Kind.MISSING:
        help_.append("if it may be missing, say so in the schema: `default null`, or another value")
    renaming = None
    also: tuple[Label, ...] = ()
    if source is not None and len(found.path) == 1:
        help_.insert(0, f"did you mean `{source.name}`, which is written there?")
        if place == found.column.span:
            renaming = place, source.name
        if source.span is not None:
            also = (Label(source.span, f"`{source.name}` is made here"),)
    return _finding(
        codes.UNWRITTEN_COLUMN, meeting, message, place, None, help_, name, renaming, also
    )


def _nulls(meeting: Meeting, found: Mismatch, name: str) -> Finding:
    """A column that is not null for its reader, and may be for its writer."""
    message = f"`{name}` is `not null` here, and {_owner(meeting)} may write nulls"
    help_ = (
        "leave `not null` out and say what becomes of nulls",
        f"or keep them out where they are written: `where {name} is not null`",
    )
    source = found.source
    also = (Label(source.span, "it comes from here"),) if source is not None and source.span else ()
    place = _reader_place(meeting.reader, found.column)
    return _finding(codes.NULLS, meeting, message, place, None, help_, name, also=also)


def unwritten_name(meeting: Meeting, found: NamedColumn) -> Finding:
    """A column that a pipeline names of a source without a schema, and that nobody writes."""
    name, owner = ".".join(found.parts), _owner(meeting)
    effect = "nothing becomes of it, without a word" if found.silently else "the job stops"
    message = f"`{name}` is used here, and {owner} writes no such column: {effect}"
    if len(found.parts) > 1:
        message = message.replace("column", "field")
    read = {each.parts[0].casefold() for each in meeting.reader.value.named}
    columns = found_columns(meeting) or {}
    unread = {each.name: each for key, each in columns.items() if key not in read}
    near = did_you_mean(name, unread) if len(found.parts) == 1 else None
    help_ = ["write the column, or use one that is written"]
    also: tuple[Label, ...] = ()
    if near is not None:
        help_.insert(0, f"did you mean `{near}`, which is written there?")
        span = unread[near].span
        also = (Label(span, f"`{near}` is made here"),) if span is not None else ()
    help_.append(f"a schema for `{meeting.reader.name}` would say what it reads")
    return _finding(
        codes.UNWRITTEN_COLUMN, meeting, message, found.span, None, help_, name, also=also
    )


def _candidate(meeting: Meeting, found: Mismatch) -> EndColumn | None:
    """The column that was meant: near by its name, or the only one left of the type."""
    if len(found.path) > 1:
        return None
    written = {each.name.casefold(): each for each in meeting.writer.value.columns or ()}
    read = {each.name.casefold(): each for each in meeting.reader.value.columns or ()}
    unread = {each.name: each for key, each in written.items() if key not in read}
    near = did_you_mean(found.column.name, unread)
    if near is not None:
        return unread[near]
    alike = [each for each in unread.values() if each.type == found.column.type]
    lacking = [
        each for key, each in read.items() if key not in written and each.type == found.column.type
    ]
    return alike[0] if len(alike) == len(lacking) == 1 else None


def _other_type(meeting: Meeting, found: Mismatch) -> Finding:
    name = ".".join(found.path)
    message = (
        f"`{name}` is written by {_owner(meeting)} as {found.written} and read as {found.read},"
        f" which {_WAYS[found.verdict]}"
    )
    code = codes.DOUBTFUL_TYPE if found.verdict is Verdict.FAILS_FOR_SOME else codes.OTHER_TYPE
    source = found.source
    other = None
    if source is not None and source.span is not None:
        other = source.span, f"{_writer(meeting)} gets it from here"
    help_ = (f"read it as {found.written.lower()}, and cast it in a step",)
    place = _reader_place(meeting.reader, found.column)
    return _finding(code, meeting, message, place, other, help_, name)


def _reader_place(reader: End, column: EndColumn) -> Span:
    """The column in the schema, or the source where the schema is that of another file."""
    if column.span is not None and column.span.path == reader.place.path:
        return column.span
    return reader.place


def _owner(meeting: Meeting) -> str:
    if meeting.writer.pipeline == meeting.reader.pipeline:
        return f"the sink `{meeting.writer.name}`"
    return f"the pipeline `{meeting.writer.pipeline}`"


def _writer(meeting: Meeting) -> str:
    return f"`{meeting.writer.name}` of `{meeting.writer.pipeline}`"


def _shown(value: str | None) -> str:
    return "not given" if value is None else value if value in ("true", "false") else f'"{value}"'


def _finding(
    code: Code,
    meeting: Meeting,
    message: str,
    place: Span | None,
    other: tuple[Span, str] | None,
    help_: Iterable[str],
    column: str = "",
    renaming: tuple[Span, str] | None = None,
    also: tuple[Label, ...] = (),
) -> Finding:
    """The finding with both ends, and the environments where they meet if these are not all."""
    every = {name for name, _ in meeting.reader.locations}
    if "" not in meeting.environments and every - {*meeting.environments}:
        several = "s" if len(meeting.environments) > 1 else ""
        names = " and ".join(f"`{each}`" for each in meeting.environments)
        message += f" (in the environment{several} {names})"
    where = other or (meeting.writer.place, f"{_writer(meeting)} is written here")
    labels = (Label(*where), *also)
    primary = Label(place or meeting.reader.place)
    diagnostic = Diagnostic(code, message, primary, labels, tuple(help_))
    ends = meeting.reader, meeting.writer
    return Finding(diagnostic, *ends, column, renaming, meeting.environments)
