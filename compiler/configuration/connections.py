"""The section `connections`: options that replace those of the pipeline's connections."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ssbt.compiler.configuration.reports import Entry, FindingCollector, SectionResult
from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.raw import RAW
from ssbt.compiler.connectors.settings import SecretName, Settings
from ssbt.compiler.connectors.specification import Connector, Role, ValueKind
from ssbt.compiler.connectors.unknown_options import RAW_OF_ENVIRONMENT
from ssbt.compiler.connectors.validation import validate
from ssbt.compiler.connectors.values import (
    Boolean,
    Duration,
    ListOf,
    Number,
    OptionEntry,
    OptionValue,
    ParamUse,
    Size,
    Text,
    Word,
)
from ssbt.compiler.diagnostics.codes.connectors import UNKNOWN_OPTION
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.hocon.units import parse_bytes, parse_milliseconds
from ssbt.compiler.hocon.values import Items, Object, Scalar, Value
from ssbt.compiler.ir.pipeline import Connection, Pipeline
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span

_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NUMBER = lazy_pattern(r"-?\d+(\.\d+)?")


def read_connections(
    section: Object, pipeline: Pipeline, findings: FindingCollector
) -> SectionResult:
    """Spark's options that the environment gives, by connection; secrets stay references."""
    part = SectionResult()
    connections_by_name = {item.name.casefold(): item for item in pipeline.declarations.connections}
    used = {item.name for item in pipeline.connections}
    for key, value in section.fields.items():
        if key.casefold() not in connections_by_name:
            names = [item.name for item in connections_by_name.values()]
            findings.add_unknown_key(
                section.keys[key], f"there is no connection `{key}`", key, names
            )
        elif not isinstance(value, Object):
            findings.add_bad_value(
                value.span, f"`{key}` is an object with the options of the connection"
            )
    values = {key.casefold(): value for key, value in section.fields.items()}
    for key, item in connections_by_name.items():
        override = values.get(key)
        overrides = override if isinstance(override, Object) else Object({}, section.span, {})
        options, entries = _convert_options(item, overrides, pipeline, findings)
        if item.name in used:
            part.entries += entries
            if options:
                part.document[item.name] = options
    return part


def _convert_options(
    item: Connection, overrides: Object, pipeline: Pipeline, findings: FindingCollector
) -> tuple[dict[str, object], list[Entry]]:
    entries = tuple(each for each in _entries(item.connector, overrides) if each.name != RAW)
    for key, value in overrides.fields.items():
        if key == RAW:
            findings.diagnostics.append(_raw_finding(overrides.keys[key], value))
    use = ConnectorUse(
        Role.CONNECTION,
        streaming=False,
        span=overrides.span,
        spark=pipeline.target,
        param_type=lambda name: None,
        secrets=tuple(entry.value.text for entry in entries if isinstance(entry.value, Word)),
        in_configuration=True,
    )
    result = validate(item.connector, use, entries, item.settings)
    findings.diagnostics += map(_adapt_help, result.findings)
    given_names = {entry.name for entry in entries}
    replaced = tuple(s for s in result.settings.settings if s.option.name in given_names)
    options = {o.name: _json_value(o.value) for o in Settings(replaced).spark_options()}
    display_entries = [
        Entry(f"connections.{item.name}.{o.name}", _display_value(o.value), setting.span)
        for setting in result.settings.settings
        for o in Settings((setting,)).spark_options()
    ]
    return options, display_entries


def _raw_finding(span: Span, value: Value) -> Diagnostic:
    """What to do instead of a block that only pipelines have."""
    names = [*value.fields] if isinstance(value, Object) else []
    help_ = RAW_OF_ENVIRONMENT.format(name=names[0] if names else "key")
    return Diagnostic(UNKNOWN_OPTION, "`raw` belongs in pipelines", Label(span), (), (help_,))


def _adapt_help(finding: Diagnostic) -> Diagnostic:
    """The finding with the way out that a configuration has."""
    if finding.code is not SECRET_NEEDED:
        return finding
    return replace(finding, help=("write `{ secret = NAME }`",), fix=())


def _entries(connector: Connector, overrides: Object) -> Iterator[OptionEntry]:
    role = connector.connection
    for key, value in overrides.fields.items():
        option = role.option(key) if role is not None else None
        value_kind = option.type.kind if option is not None else ValueKind.STRING
        is_secret = option is not None and option.secret
        yield OptionEntry(
            key, overrides.keys[key], _option_value(value, value_kind, is_secret), value.span
        )


def _option_value(value: Value, kind: ValueKind, is_secret: bool) -> OptionValue:
    """The value as it would stand in a pipeline."""
    if isinstance(value, Items):
        return ListOf(
            tuple(_option_value(each, kind, is_secret) for each in value.items), value.span
        )
    if isinstance(value, Object):
        name = value.fields.get("secret")
        if len(value.fields) == 1 and isinstance(name, Scalar):
            return Word(name.text, value.span)
        return ListOf((), value.span)
    return _scalar_value(value, kind)


def _scalar_value(value: Scalar, kind: ValueKind) -> OptionValue:
    text, span = value.text, value.span
    length, bytes_ = parse_milliseconds(text), parse_bytes(text)
    match kind:
        case ValueKind.BOOLEAN if text in _BOOLEANS:
            return Boolean(_BOOLEANS[text], span)
        case ValueKind.INTEGER | ValueKind.NUMBER if _NUMBER.fullmatch(text):
            return Number(text, span)
        case ValueKind.DURATION if length is not None and length == length.to_integral_value():
            return Duration(str(int(length)), "ms", span)
        case ValueKind.SIZE if bytes_ is not None:
            return Size(str(bytes_), "b", span)
    return Text((text,) if text else (), span)


def _json_value(value: object) -> object:
    if isinstance(value, SecretName):
        return {"secret": value.name}
    return str(value).lower() if isinstance(value, bool) else str(value)


def _display_value(value: object) -> str:
    match value:
        case SecretName(name):
            return f"secret {name}"
        case Text():
            return f'"{value.display_text}"'
        case ParamUse(name):
            return f'"${{{name}}}"'
        case bool():
            return f'"{str(value).lower()}"'
        case _:
            return f'"{value}"'
