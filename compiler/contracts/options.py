"""Options that both ends of a format have, and that have to agree."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.connectors.loading import find_connector, find_record_format
from ssbt.compiler.connectors.specification import Connector, Option, OptionPlacement, ValueKind
from ssbt.compiler.contracts.columns import parse_column_type
from ssbt.compiler.contracts.endpoints import Payload
from ssbt.compiler.contracts.patterns import can_read
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType

# The types of which an option says how they are written.
_FORMATTED_TYPES = {
    "date_format": "DATE",
    "timestamp_format": "TIMESTAMP",
    "timestamp_ntz_format": "TIMESTAMP_NTZ",
    "time_format": "TIME",
}
# Rows over several lines: with `multi_line`, Spark reads one of each file, and else none.
_PRETTY, _MULTI_LINE = "pretty", "multi_line"
# Records in the frame of a registry, which bare ones do not have.
_REGISTRY = "registry"
_LINE_ENDS = ("\n", "\r", "\r\n")


class Disagreement(Struct, frozen=True):
    """An option that says something else at each end; None is what Spark does by itself."""

    option: str
    written: str | None
    read: str | None


def find_disagreements(writer: Payload, reader: Payload) -> Iterator[Disagreement]:
    """The options of one format with which the reader takes rows for something else."""
    specification = find_connector(reader.format) or find_record_format(reader.format)
    if specification is None:
        return
    types = _leaf_types(writer) & _leaf_types(reader)
    for ours, theirs in _shared_options(specification):
        if reader.option(ours.name) is writer.option(ours.name) is None:
            continue
        if _FORMATTED_TYPES.get(ours.name, "") and _FORMATTED_TYPES[ours.name] not in types:
            continue
        read_value, written_value = _effective_value(reader, ours), _effective_value(writer, theirs)
        if not _is_equivalent(ours, read_value, written_value):
            yield Disagreement(ours.name, written_value, read_value)
    framed = [part.option(_REGISTRY) is not None for part in (writer, reader)]
    if framed[0] != framed[1]:
        yield Disagreement(_REGISTRY, writer.option(_REGISTRY), reader.option(_REGISTRY))
    if writer.option(_PRETTY) == "true":
        yield Disagreement(_PRETTY, "true", None)
    elif reader.option(_MULTI_LINE) == "true" and _can_write_lines(specification):
        yield Disagreement(_MULTI_LINE, "false", "true")


def _shared_options(specification: Connector) -> Iterator[tuple[Option, Option]]:
    """The options by which a format is written and read, of the source and of the sink."""
    reader, writer = specification.source, specification.sink
    if reader is None or writer is None:
        return
    for option in reader.options:
        sink_option = writer.option(option.name)
        if sink_option is None and option.name == "encoding":
            # The sink knows only one.
            sink_option = option
        if sink_option is None or option.name == "time_zone":
            continue
        if option.place is sink_option.place is OptionPlacement.OPTION:
            yield option, sink_option


def _can_write_lines(specification: Connector) -> bool:
    """Whether a sink can write rows over several lines, which it then does not by itself."""
    return specification.sink is not None and specification.sink.option(_PRETTY) is not None


def _effective_value(part: Payload, option: Option) -> str | None:
    value = part.option(option.name)
    if value is not None:
        return value
    default = option.default
    return (
        str(default).lower()
        if isinstance(default, bool)
        else None
        if default is None
        else str(default)
    )


def _is_equivalent(option: Option, read_value: str | None, written_value: str | None) -> bool:
    if option.type.kind is ValueKind.DATETIME_PATTERN:
        return (
            read_value is None
            or written_value is None
            or "${" in read_value + written_value
            or can_read(read_value, written_value)
        )
    if "${" in f"{read_value}{written_value}":
        return True
    match option.name:
        case "encoding":
            return (read_value or "UTF-8").casefold() == (written_value or "UTF-8").casefold()
        case "line_sep":
            is_plain = read_value is None and (written_value is None or written_value in _LINE_ENDS)
            return is_plain or read_value == (written_value or "\n")
        case "comment":
            return read_value in (written_value, "", None)
        case _:
            return read_value == written_value or None in (read_value, written_value)


def _leaf_types(part: Payload) -> set[str]:
    types: set[str] = set()
    waiting = [parse_column_type(each.type) for each in part.columns or ()]
    while waiting:
        type_: DataType | None = waiting.pop()
        match type_:
            case ArrayType():
                waiting.append(type_.element)
            case MapType():
                waiting += [type_.key, type_.value]
            case StructType():
                waiting += [each.type for each in type_.fields]
            case None:
                pass
            case _:
                types.add(type_.sql.partition("(")[0])
    return types
