"""What does not fit where a source of the project reads what a sink of it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.contracts import wording
from ssbt.compiler.contracts.columns import Kind, Mismatch, mismatches
from ssbt.compiler.contracts.ends import End, EndColumn, Part
from ssbt.compiler.contracts.folders import Layout, folder_mismatches, layout
from ssbt.compiler.contracts.inferred import unwritten_names
from ssbt.compiler.contracts.meetings import Meeting, meetings, sinks_by_place
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.options import disagreements
from ssbt.compiler.contracts.positions import by_position, misplaced, types_by_position
from ssbt.compiler.contracts.verdicts import Verdict, form_verdict
from ssbt.compiler.contracts.wording import Finding
from ssbt.compiler.diagnostics.model import Diagnostic

PREFIX = "SSBT064"


def is_of_contracts(finding: Diagnostic) -> bool:
    """Whether a finding is one of these."""
    return finding.code.number.startswith(PREFIX)


def findings(ends: Iterable[End]) -> Iterator[Finding]:
    """What is wrong between the ends of the pipelines of a project, reader by reader."""
    ends = tuple(ends)
    by_reader: dict[int, list[Meeting]] = {}
    for each in meetings(ends):
        by_reader.setdefault(id(each.reader), []).append(each)
    for found in by_reader.values():
        yield from _of_reader(found)
    yield from _of_sinks(ends)


def _of_reader(found: list[Meeting]) -> Iterator[Finding]:
    """What is wrong at one source; a column is missing only if none of its sinks writes it."""
    by_column: dict[tuple[str, ...], list[tuple[Meeting, Mismatch]]] = {}
    by_name: dict[NamedColumn, list[Meeting]] = {}
    compared = 0
    for meeting in found:
        reader, writer = meeting.reader.value, meeting.writer.value
        yield from _of_keys(meeting)
        if form_verdict(reader.format, writer.format) is not Verdict.RIGHT:
            yield wording.other_form(meeting, reader, writer)
            continue
        if reader.format != writer.format:
            continue
        for option in disagreements(writer, reader):
            yield wording.disagreement(meeting, reader, writer, option)
        # A sink of unknown columns may write any.
        compared += 1
        for used in unwritten_names(meeting):
            by_name.setdefault(used, []).append(meeting)
        if reader.columns is None or writer.columns is None:
            continue
        placed = layout(meeting)
        for name in _lost(placed, reader.columns):
            yield wording.lost_folder(meeting, name)
        for each in _columns(meeting, reader, placed):
            if isinstance(each, Finding):
                yield each
            else:
                by_column.setdefault(each.path, []).append((meeting, each))
    for differing in by_column.values():
        meeting, mismatch = differing[0]
        if mismatch.kind is not Kind.MISSING or len(differing) == compared:
            yield wording.mismatch(meeting, mismatch)
    for used, lacking in by_name.items():
        if len(lacking) == compared:
            yield wording.unwritten_name(lacking[0], used)


def _columns(meeting: Meeting, reader: Part, placed: Layout) -> Iterator[Mismatch | Finding]:
    """The columns that are not read as they were written, in files and in folders."""
    folders = {each.name.casefold() for each in (*placed.seen, *placed.lost)}
    folders |= {name.casefold() for name in placed.others}
    read = [each for each in reader.columns or () if each.name.casefold() not in folders]
    yield from folder_mismatches(placed, reader.columns or ())
    if not by_position(reader):
        yield from mismatches(reader.format, placed.files, read)
        return
    wrong = misplaced(reader, placed.files, read)
    if wrong is not None:
        yield wording.misplaced_columns(meeting, wrong)
    elif len(read) == len(placed.files):
        yield from types_by_position(reader.format, placed.files, read)


def _lost(placed: Layout, read: Iterable[EndColumn]) -> Iterator[EndColumn]:
    lost = {each.name.casefold() for each in placed.lost}
    return (each for each in read if each.name.casefold() in lost and not each.may_lack)


def _of_keys(meeting: Meeting) -> Iterator[Finding]:
    """The keys of records: in another format, or none where they are read."""
    reader, writer = meeting.reader.key, meeting.writer.key
    if reader is None:
        return
    if writer is None:
        yield wording.no_key(meeting, reader)
    elif form_verdict(reader.format, writer.format) is not Verdict.RIGHT:
        yield wording.other_form(meeting, reader, writer)


def _of_sinks(ends: Iterable[End]) -> Iterator[Finding]:
    """Sinks of several pipelines that write into one place, and write other things there."""
    reported: set[int] = set()
    for environment, sinks in sinks_by_place(ends):
        by_shape: dict[object, list[End]] = {}
        for each in sinks:
            by_shape.setdefault(_shape(each), []).append(each)
        # What most of them write is what the others differ from.
        usual, *others = sorted(by_shape.values(), key=len, reverse=True)
        for alike in others:
            for each in alike:
                rest = [group for group in (usual, *others) if group is not alike]
                found = next(_differences(each, rest, environment), None)
                if found is not None and id(each) not in reported:
                    reported.add(id(each))
                    yield found


def _differences(sink: End, groups: Iterable[list[End]], environment: str) -> Iterator[Finding]:
    """What is wrong between a sink and those of each other shape, which are all alike."""
    for group in groups:
        other = next((each for each in group if each.pipeline != sink.pipeline), None)
        if other is not None:
            yield from _of_two_sinks(Meeting(sink, other, (environment,)))


def _shape(sink: End) -> object:
    """What readers find of a sink: sinks of one shape go together."""
    columns = sink.value.columns
    names = None if columns is None else tuple((each.name, each.type) for each in columns)
    return sink.value.format, sink.partitions, names


def _of_two_sinks(meeting: Meeting) -> Iterator[Finding]:
    one, other = meeting.writer, meeting.reader
    if one.value.format != other.value.format:
        yield wording.sinks_apart(meeting, f"{other.value.format}, the other {one.value.format}")
        return
    folders = [name.casefold() for name in one.partitions]
    if folders != [name.casefold() for name in other.partitions]:
        said = [
            ", ".join(f"`{name}`" for name in each.partitions) or "none" for each in (other, one)
        ]
        yield wording.sinks_apart(meeting, f"folders of {said[0]}, the other of {said[1]}")
        return
    if one.value.columns is None or other.value.columns is None:
        return
    found = [*mismatches(one.value.format, one.value.columns, other.value.columns)]
    back = mismatches(one.value.format, other.value.columns, one.value.columns)
    found_back = [each for each in back if each.kind is Kind.MISSING]
    if found or found_back:
        yield wording.sinks_differ(meeting, found, found_back)
