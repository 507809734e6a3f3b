"""Options that both ends of a format have, and that have to agree."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.connectors.loading import connector, record_format
from ssbt.compiler.connectors.specification import Connector, Kind, Option, Place
from ssbt.compiler.contracts.columns import parsed
from ssbt.compiler.contracts.ends import Part
from ssbt.compiler.contracts.patterns import reads
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType

# The types of which an option says how they are written.
_OF_TYPES = {
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


def disagreements(writer: Part, reader: Part) -> Iterator[Disagreement]:
    """The options of one format with which the reader takes rows for something else."""
    known = connector(reader.format) or record_format(reader.format)
    if known is None:
        return
    types = _types(writer) & _types(reader)
    for ours, theirs in _shared(known):
        if reader.option(ours.name) is writer.option(ours.name) is None:
            continue
        if _OF_TYPES.get(ours.name, "") and _OF_TYPES[ours.name] not in types:
            continue
        read, written = _value(reader, ours), _value(writer, theirs)
        if not _agree(ours, read, written):
            yield Disagreement(ours.name, written, read)
    framed = [part.option(_REGISTRY) is not None for part in (writer, reader)]
    if framed[0] != framed[1]:
        yield Disagreement(_REGISTRY, writer.option(_REGISTRY), reader.option(_REGISTRY))
    if writer.option(_PRETTY) == "true":
        yield Disagreement(_PRETTY, "true", None)
    elif reader.option(_MULTI_LINE) == "true" and _is_of_lines(known):
        yield Disagreement(_MULTI_LINE, "false", "true")


def _shared(known: Connector) -> Iterator[tuple[Option, Option]]:
    """The options by which a format is written and read, of the source and of the sink."""
    reader, writer = known.source, known.sink
    if reader is None or writer is None:
        return
    for option in reader.options:
        other = writer.option(option.name)
        if other is None and option.name == "encoding":
            # The sink knows only one.
            other = option
        if other is None or option.name == "time_zone":
            continue
        if option.place is other.place is Place.OPTION:
            yield option, other


def _is_of_lines(known: Connector) -> bool:
    """Whether a sink can write rows over several lines, which it then does not by itself."""
    return known.sink is not None and known.sink.option(_PRETTY) is not None


def _value(part: Part, option: Option) -> str | None:
    given = part.option(option.name)
    if given is not None:
        return given
    default = option.default
    return (
        str(default).lower()
        if isinstance(default, bool)
        else None
        if default is None
        else str(default)
    )


def _agree(option: Option, read: str | None, written: str | None) -> bool:
    if option.type.kind is Kind.DATETIME_PATTERN:
        return read is None or written is None or "${" in read + written or reads(read, written)
    if "${" in f"{read}{written}":
        return True
    match option.name:
        case "encoding":
            return (read or "UTF-8").casefold() == (written or "UTF-8").casefold()
        case "line_sep":
            is_plain = read is None and (written is None or written in _LINE_ENDS)
            return is_plain or read == (written or "\n")
        case "comment":
            return read in (written, "", None)
    return read == written or None in (read, written)


def _types(part: Part) -> set[str]:
    found: set[str] = set()
    waiting = [parsed(each.type) for each in part.columns or ()]
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
                found.add(type_.sql.partition("(")[0])
    return found
