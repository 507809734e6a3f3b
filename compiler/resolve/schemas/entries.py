"""What the block after `schema NAME from …` says."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.diagnostics.codes.declarations import BAD_ENTRY, UNKNOWN_ENTRY
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.formats.languages import AVRO, DESCRIPTORS, JSON_SCHEMA, PROTOBUF
from ssbt.compiler.formats.registry_files import default_path
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import REGISTRY
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.whole_numbers import parse_whole

_REQUIRED = {
    AVRO: ("schema",),
    JSON_SCHEMA: ("schema",),
    PROTOBUF: ("schema",),
    REGISTRY: ("subject",),
}
_OPTIONAL = {PROTOBUF: ("message",), REGISTRY: ("registry", "version", "file", "message")}
KINDS = tuple(_REQUIRED)
_FILE_ENTRIES = {PROTOBUF: ("message",), DESCRIPTORS: ("message",)}


class RegistrySubject(Struct, frozen=True):
    """A subject of a registry; `registry` names a connection, and 0 is the latest version.

    `file` is the path of the pulled schema, relative to the file that declares it.
    """

    subject: str
    version: int
    registry: Name | None
    file: str
    span: Span


class OriginEntries(Struct, frozen=True):
    """The entries that any kind has, empty where they are not given.

    `text` is how the schema is written, and `message_span` where the name of the message stands.
    """

    schema: str
    message: str
    span: Span
    subject: RegistrySubject | None = None
    text: v.TextValue | None = None
    message_span: Span | None = None


def resolve_kind_entries(
    kind: Name, entries: tuple[v.Entry, ...], report: Report
) -> OriginEntries | None:
    """The entries of an origin that is no file; None, with findings, where they do not do."""
    kind_name = kind.text.lower()
    if kind_name not in KINDS:
        message = f"a schema does not come from `{kind.text}`"
        help_ = f"from a file in quotes, or from {', '.join(KINDS)}"
        report.add(UNKNOWN_ENTRY, kind.span, message, help=help_)
        return None
    entries_by_name = _collect_entries(
        entries, (*_REQUIRED[kind_name], *_OPTIONAL.get(kind_name, ())), report
    )
    if entries_by_name is None:
        return None
    for name in _REQUIRED[kind_name]:
        if name not in entries_by_name:
            message = f"`{kind_name}` needs `{name}`"
            report.add(BAD_ENTRY, kind.span, message)
            return None
    subject = (
        _resolve_subject(entries_by_name, kind.span, report) if kind_name == REGISTRY else None
    )
    if kind_name == REGISTRY and subject is None:
        return None
    texts = [
        _read_text(entries_by_name[name], report) if name in entries_by_name else ""
        for name in ("schema", "message")
    ]
    schema, message_name = texts
    if schema is None or message_name is None:
        return None
    schema_value = entries_by_name["schema"].value if "schema" in entries_by_name else None
    text = schema_value if isinstance(schema_value, v.TextValue) else None
    schema_span = text.span if text is not None else kind.span
    return OriginEntries(
        schema, message_name, schema_span, subject, text, _message_span(entries_by_name)
    )


def resolve_file_entries(
    language: str, span: Span, entries: tuple[v.Entry, ...], report: Report
) -> OriginEntries | None:
    """The entries after a file; None, with findings, where they do not do."""
    entries_by_name = _collect_entries(entries, _FILE_ENTRIES.get(language, ()), report)
    if entries_by_name is None:
        return None
    message = _read_text(entries_by_name["message"], report) if "message" in entries_by_name else ""
    if message is None:
        return None
    return OriginEntries("", message, span, message_span=_message_span(entries_by_name))


def _message_span(entries_by_name: dict[str, v.Entry]) -> Span | None:
    return entries_by_name["message"].value.span if "message" in entries_by_name else None


def _collect_entries(
    entries: tuple[v.Entry, ...], names: tuple[str, ...], report: Report
) -> dict[str, v.Entry] | None:
    collected: dict[str, v.Entry] = {}
    for entry in entries:
        name = entry.name.text.lower()
        if isinstance(entry.value, v.BrokenValue):
            return None
        if name not in names:
            message = f"there is no entry `{entry.name.text}` here"
            report.add_unknown_name(
                UNKNOWN_ENTRY, entry.name.span, message, name, list(names), "entries"
            )
            return None
        if name in collected:
            also = (Label(collected[name].name.span, "given here already"),)
            report.add(BAD_ENTRY, entry.name.span, f"`{name}` is given twice", also=also)
            return None
        collected[name] = entry
    return collected


def _resolve_subject(
    entries_by_name: dict[str, v.Entry], span: Span, report: Report
) -> RegistrySubject | None:
    subject = _read_text(entries_by_name["subject"], report)
    version = (
        _read_version(entries_by_name["version"], report) if "version" in entries_by_name else 0
    )
    registry = (
        _read_name(entries_by_name["registry"], report) if "registry" in entries_by_name else None
    )
    if not subject or version is None:
        return None
    file = (
        _read_text(entries_by_name["file"], report)
        if "file" in entries_by_name
        else default_path(subject)
    )
    return RegistrySubject(subject, version, registry, file, span) if file else None


def _read_text(entry: v.Entry, report: Report) -> str | None:
    value = entry.value
    if isinstance(value, v.TextValue):
        literal_parts = [part for part in value.parts if isinstance(part, str)]
        if len(literal_parts) == len(value.parts):
            return "".join(literal_parts)
        message = f"`{entry.name.text}` must be known when compiling: it holds no parameter"
    else:
        message = f"`{entry.name.text}` is a text in quotes"
    report.add(BAD_ENTRY, value.span, message)
    return None


def _read_version(entry: v.Entry, report: Report) -> int | None:
    value = entry.value
    if isinstance(value, v.WordValue) and value.text.lower() == "latest":
        return 0
    number = parse_whole(value.text, 32) if isinstance(value, v.NumberValue) else None
    if number is not None and number > 0:
        return number
    message = "`version` is a number of the subject's, or `latest`"
    report.add(BAD_ENTRY, value.span, message)
    return None


def _read_name(entry: v.Entry, report: Report) -> Name | None:
    if isinstance(entry.value, v.WordValue):
        return Name(entry.value.span, entry.value.text)
    message = "`registry` is the name of a `connection`"
    report.add(BAD_ENTRY, entry.value.span, message)
    return None
