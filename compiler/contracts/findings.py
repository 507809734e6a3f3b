"""What does not fit where a source of the project reads what a sink of it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ssbt.compiler.contracts import column_wording, wording
from ssbt.compiler.contracts.circles import find_stream_circles, streams_in_circle
from ssbt.compiler.contracts.columns import Mismatch, MismatchKind, find_mismatches
from ssbt.compiler.contracts.deletions import find_deletions
from ssbt.compiler.contracts.endpoints import Endpoint, EndpointColumn, Payload
from ssbt.compiler.contracts.folders import (
    Layout,
    compute_layout,
    folder_mismatches,
    guessed_columns,
)
from ssbt.compiler.contracts.inferred import unwritten_names
from ssbt.compiler.contracts.named import NamedColumn
from ssbt.compiler.contracts.options import find_disagreements
from ssbt.compiler.contracts.pairs import EndpointPair, find_pairs, sinks_by_location
from ssbt.compiler.contracts.positions import (
    find_misplacement,
    is_by_position,
    type_mismatches_by_position,
)
from ssbt.compiler.contracts.verdicts import ReadVerdict, format_verdict
from ssbt.compiler.contracts.wording import ContractFinding
from ssbt.compiler.diagnostics.codes import contracts as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.records import KEY

PREFIX = "SSBT064"
_MORE = (codes.GUESSED_FOLDERS, codes.DELETED_SINK)


def is_contract_finding(finding: Diagnostic) -> bool:
    """Whether a finding is one of these."""
    return finding.code.number.startswith(PREFIX) or finding.code in _MORE


def check_contracts(endpoints: Iterable[Endpoint]) -> Iterator[ContractFinding]:
    """What is wrong between the ends of the pipelines of a project, reader by reader."""
    endpoints = tuple(endpoints)
    by_reader: dict[int, list[EndpointPair]] = {}
    every_pair = [*find_pairs(endpoints)]
    for each in every_pair:
        by_reader.setdefault(id(each.reader), []).append(each)
    for pairs in by_reader.values():
        yield from _check_reader(pairs)
    yield from _check_sinks(endpoints)
    for deletion in find_deletions(endpoints):
        yield wording.deleted_sinks(deletion)
    for circle in find_stream_circles(endpoints, every_pair):
        yield streams_in_circle(circle)


def _check_reader(pairs: list[EndpointPair]) -> Iterator[ContractFinding]:
    """What is wrong at one source; a column is missing only if none of its sinks writes it."""
    by_column: dict[tuple[str, ...], list[tuple[EndpointPair, Mismatch]]] = {}
    by_name: dict[NamedColumn, list[EndpointPair]] = {}
    compared = compared_keys = 0
    for pair in pairs:
        reader, writer = _payloads_in_one_format(pair)
        yield from _check_key_formats(pair)
        for keys in _pairs_of_keys(pair):
            compared_keys += 1
            yield from _check_key_options(keys)
            for of_key in _key_mismatches(keys):
                by_column.setdefault((KEY, *of_key.path), []).append((keys, of_key))
        if format_verdict(reader.format, writer.format) is not ReadVerdict.RIGHT:
            yield wording.format_mismatch(pair, reader, writer)
            continue
        if reader.format != writer.format:
            continue
        for option in find_disagreements(writer, reader):
            yield wording.option_mismatch(pair, reader, writer, option)
        # A sink of unknown columns may write any.
        compared += 1
        for used in unwritten_names(pair):
            by_name.setdefault(used, []).append(pair)
        for guessed in guessed_columns(pair):
            yield wording.guessed_folder(pair, *guessed)
        if reader.columns is None or writer.columns is None:
            continue
        column_layout = compute_layout(pair)
        for name in _lost_columns(column_layout, reader.columns):
            yield wording.lost_folder(pair, name)
        for each in _check_columns(pair, reader, column_layout):
            if isinstance(each, ContractFinding):
                yield each
            else:
                by_column.setdefault(each.path, []).append((pair, each))
    for differing in by_column.values():
        pair, mismatch = differing[0]
        several = compared_keys if pair.part else compared
        if mismatch.kind is not MismatchKind.MISSING or len(differing) == several:
            yield column_wording.column_mismatch(pair, mismatch)
    for used, lacking in by_name.items():
        if len(lacking) == compared:
            yield column_wording.unwritten_name(lacking[0], used)


def _payloads_in_one_format(pair: EndpointPair) -> tuple[Payload, Payload]:
    """What is read and written; a table that is taken in whatever format has that of the other."""
    reader, writer = pair.reader.value, pair.writer.value
    if pair.reader.is_table and pair.writer.is_table:
        if reader.any_format:
            return replace(reader, format=writer.format), writer
        if writer.any_format:
            return reader, replace(writer, format=reader.format)
    return reader, writer


def _check_columns(
    pair: EndpointPair, reader: Payload, layout: Layout
) -> Iterator[Mismatch | ContractFinding]:
    """The columns that are not read as they were written, in files and in folders."""
    folders = {each.name.casefold() for each in (*layout.visible, *layout.lost)}
    folders |= {name.casefold() for name in layout.outer}
    read_columns = [each for each in reader.columns or () if each.name.casefold() not in folders]
    yield from folder_mismatches(layout, reader.columns or ())
    if not is_by_position(reader):
        yield from find_mismatches(reader.format, layout.files, read_columns)
        return
    misplacement = find_misplacement(reader, layout.files, read_columns)
    if misplacement is not None:
        yield wording.misplaced_columns(pair, misplacement)
    elif len(read_columns) == len(layout.files):
        yield from type_mismatches_by_position(reader.format, layout.files, read_columns)


def _lost_columns(
    layout: Layout, read_columns: Iterable[EndpointColumn]
) -> Iterator[EndpointColumn]:
    lost_names = {each.name.casefold() for each in layout.lost}
    return (
        each for each in read_columns if each.name.casefold() in lost_names and not each.may_lack
    )


def _check_key_formats(pair: EndpointPair) -> Iterator[ContractFinding]:
    """The keys of records: in another format, or none where they are read."""
    reader, writer = pair.reader.key, pair.writer.key
    if reader is None:
        return
    if writer is None:
        yield wording.missing_key(pair, reader)
    elif format_verdict(reader.format, writer.format) is not ReadVerdict.RIGHT:
        yield wording.format_mismatch(pair, reader, writer)


def _pairs_of_keys(pair: EndpointPair) -> Iterator[EndpointPair]:
    """The pair with the keys of its records for their values, where both are of one format."""
    reader, writer = pair.reader.key, pair.writer.key
    if reader is None or writer is None or reader.format != writer.format:
        return
    yield replace(
        pair,
        reader=replace(pair.reader, value=reader),
        writer=replace(pair.writer, value=writer),
        part=KEY,
    )


def _check_key_options(keys: EndpointPair) -> Iterator[ContractFinding]:
    reader, writer = keys.reader.value, keys.writer.value
    for option in find_disagreements(writer, reader):
        yield wording.option_mismatch(keys, reader, writer, option)


def _key_mismatches(keys: EndpointPair) -> Iterator[Mismatch]:
    reader, writer = keys.reader.value, keys.writer.value
    if reader.columns is not None and writer.columns is not None:
        yield from find_mismatches(reader.format, writer.columns, reader.columns)


def _check_sinks(endpoints: Iterable[Endpoint]) -> Iterator[ContractFinding]:
    """Sinks of several pipelines that write into one place, and write other things there."""
    reported: set[int] = set()
    for environment, sinks in sinks_by_location(endpoints):
        by_shape: dict[object, list[Endpoint]] = {}
        for each in sinks:
            by_shape.setdefault(_shape(each), []).append(each)
        # What most of them write is what the others differ from.
        usual, *other_sinks = sorted(by_shape.values(), key=len, reverse=True)
        for alike in other_sinks:
            for each in alike:
                rest = [group for group in (usual, *other_sinks) if group is not alike]
                difference = next(_differences(each, rest, environment), None)
                if difference is not None and id(each) not in reported:
                    reported.add(id(each))
                    yield difference


def _differences(
    sink: Endpoint, groups: Iterable[list[Endpoint]], environment: str
) -> Iterator[ContractFinding]:
    """What is wrong between a sink and those of each other shape, which are all alike."""
    for group in groups:
        other = next((each for each in group if each.pipeline != sink.pipeline), None)
        if other is not None:
            yield from _check_sink_pair(EndpointPair(sink, other, (environment,)))


def _shape(sink: Endpoint) -> object:
    """What readers find of a sink: sinks of one shape go together."""
    columns = sink.value.columns
    names = None if columns is None else tuple((each.name, each.type) for each in columns)
    return sink.value.format, sink.partitions, names


def _check_sink_pair(pair: EndpointPair) -> Iterator[ContractFinding]:
    first, second = pair.writer, pair.reader
    later, earlier = _payloads_in_one_format(pair)
    if earlier.format != later.format:
        yield wording.incompatible_sinks(
            pair, f"in the format `{later.format}`, the other in `{earlier.format}`"
        )
        return
    folders = [name.casefold() for name in first.partitions]
    other_folders = [name.casefold() for name in second.partitions]
    # A table that is there keeps its own, whether a sink names them or not.
    is_kept = first.is_table and second.is_table and not (folders and other_folders)
    if folders != other_folders and not is_kept:
        folder_names = [
            f"with folders of {', '.join(f'`{name}`' for name in each.partitions)}"
            if each.partitions
            else "without folders"
            for each in (second, first)
        ]
        yield wording.incompatible_sinks(pair, f"{folder_names[0]}, the other {folder_names[1]}")
        return
    if earlier.columns is None or later.columns is None:
        return
    differences = [*find_mismatches(earlier.format, earlier.columns, later.columns)]
    reverse = find_mismatches(earlier.format, later.columns, earlier.columns)
    missing = [each for each in reverse if each.kind is MismatchKind.MISSING]
    if differences or missing:
        yield wording.differing_sinks(pair, differences, missing)
