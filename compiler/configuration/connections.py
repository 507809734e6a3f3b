"""The section `connections`: options that replace those of the pipeline's connections."""

from __future__ import annotations

from collections.abc import Iterator
import re

from msgspec.structs import replace

from ssbt.compiler.configuration.reports import Entry, Findings, Part
from ssbt.compiler.connectors.settings import SecretName, Settings
from ssbt.compiler.connectors.specification import Connector, Kind, Role
from ssbt.compiler.connectors.validation import Use, validated
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
from ssbt.compiler.diagnostics.codes.secrets import SECRET_NEEDED
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.hocon.resolving import Items, Object, Scalar, Value
from ssbt.compiler.hocon.units import milliseconds, size
from ssbt.compiler.ir.pipeline import Connection, Pipeline

_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def connection_options(section: Object, pipeline: Pipeline, findings: Findings) -> Part:
    """Spark's options that the environment gives, by connection; secrets stay references."""
    part = Part()
    known = {item.name.casefold(): item for item in pipeline.declared.connections}
    used = {item.name for item in pipeline.connections}
    for key, value in section.fields.items():
        if key.casefold() not in known:
            names = [item.name for item in known.values()]
            findings.unknown(section.keys[key], f"there is no connection `{key}`", key, names)
        elif not isinstance(value, Object):
            findings.bad(value.span, f"`{key}` is an object with the options of the connection")
    values = {key.casefold(): value for key, value in section.fields.items()}
    for key, item in known.items():
        own = values.get(key)
        said = own if isinstance(own, Object) else Object({}, section.span, {})
        options, entries = _options(item, said, pipeline, findings)
        if item.name in used:
            part.entries += entries
            if options:
                part.document[item.name] = options
    return part


def _options(
    item: Connection, said: Object, pipeline: Pipeline, findings: Findings
) -> tuple[dict[str, object], list[Entry]]:
    entries = tuple(_entries(item.connector, said))
    use = Use(
        Role.CONNECTION,
        streaming=False,
        span=said.span,
        spark=pipeline.target,
        param_type=lambda name: None,
        secrets=tuple(entry.value.text for entry in entries if isinstance(entry.value, Word)),
    )
    result = validated(item.connector, use, entries, item.settings)
    findings.all += map(_of_configuration, result.findings)
    given = {entry.name for entry in entries}
    replaced = tuple(s for s in result.settings.settings if s.option.name in given)
    options = {o.name: _document(o.value) for o in Settings(replaced).spark_options()}
    shown = [
        Entry(f"connections.{item.name}.{o.name}", _shown(o.value), setting.span)
        for setting in result.settings.settings
        for o in Settings((setting,)).spark_options()
    ]
    return options, shown


def _of_configuration(finding: Diagnostic) -> Diagnostic:
    """The finding with the way out that a configuration has."""
    if finding.code is not SECRET_NEEDED:
        return finding
    return replace(finding, help=("write `{ secret = NAME }`",), fix=())


def _entries(connector: Connector, said: Object) -> Iterator[OptionEntry]:
    kind = connector.connection
    for key, value in said.fields.items():
        option = kind.option(key) if kind is not None else None
        wanted = option.type.kind if option is not None else Kind.STRING
        is_secret = option is not None and option.secret
        yield OptionEntry(key, said.keys[key], _value(value, wanted, is_secret), value.span)


def _value(value: Value, kind: Kind, is_secret: bool) -> OptionValue:
    """The value as it would stand in a pipeline."""
    if isinstance(value, Items):
        return ListOf(tuple(_value(each, kind, is_secret) for each in value.items), value.span)
    if isinstance(value, Object):
        name = value.fields.get("secret")
        if len(value.fields) == 1 and isinstance(name, Scalar):
            return Word(name.text, value.span)
        return ListOf((), value.span)
    return _scalar(value, kind)


def _scalar(value: Scalar, kind: Kind) -> OptionValue:
    text, span = value.text, value.span
    length, bytes_ = milliseconds(text), size(text)
    match kind:
        case Kind.BOOLEAN if text in _BOOLEANS:
            return Boolean(_BOOLEANS[text], span)
        case Kind.INTEGER | Kind.NUMBER if _NUMBER.fullmatch(text):
            return Number(text, span)
        case Kind.DURATION if length is not None and length == length.to_integral_value():
            return Duration(str(int(length)), "ms", span)
        case Kind.SIZE if bytes_ is not None:
            return Size(str(bytes_), "b", span)
    return Text((text,) if text else (), span)


def _document(value: object) -> object:
    if isinstance(value, SecretName):
        return {"secret": value.name}
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: object) -> str:
    match value:
        case SecretName(name):
            return f"secret {name}"
        case Text():
            return f'"{value.shown}"'
        case ParamUse(name):
            return f'"${{{name}}}"'
        case bool():
            return f'"{str(value).lower()}"'
    return f'"{value}"'
