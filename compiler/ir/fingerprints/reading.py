"""How the data of a source becomes values: its columns, and the options that change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConditionText,
    ConnectionName,
    FormatUse,
    FunctionName,
    SchemaName,
    SecretName,
    Setting,
    Settings,
)
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse
from ssbt.compiler.connectors.values import Text as SettingText
from ssbt.compiler.ir.expressions import ParameterText, Text, render_text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart, join_texts
from ssbt.compiler.ir.fingerprints.used_columns import ColumnNames
from ssbt.compiler.ir.pipeline import Connection, Schema, Source

_LOCATIONS = (OptionPlacement.LOAD, OptionPlacement.PATH, OptionPlacement.TABLE)
# Where it reads is the source's own part, and the columns say what its schema is.
_COVERED_ELSEWHERE = frozenset(
    {
        *_LOCATIONS,
        OptionPlacement.SCHEMA,
        OptionPlacement.RECORD_KEY_SCHEMA,
        OptionPlacement.CONNECTION,
    }
)


def reading_part(
    source: Source, used: ColumnNames, schemas: Mapping[str, Schema]
) -> FingerprintPart:
    """What of a source's reading decides about the columns that are `used`."""
    schema = schemas.get((source.schema or "").casefold())
    defaults = {name.casefold(): value for name, value in (schema.defaults if schema else ())}
    by_place = source.connector.source is not None and source.connector.source.by_position
    columns = tuple(
        (column.name, f"{column.type.sql}{_default_text(defaults, column.name)}")
        for column in source.output.columns
        if by_place or column.name.casefold() in used
    )
    options = join_texts(
        sorted([*_option_texts(source.settings), *_raw_texts(source.settings)], key=str)
    )
    text = ", ".join(f"{name} {type_text}" for name, type_text in columns)
    part_columns = () if by_place else (*columns, ("", render_text(options)))
    whole = (text, *(("; ", *options) if options else ()))
    return FingerprintPart(PartKind.READING, whole, (), source.span, columns=part_columns)


def _default_text(defaults: Mapping[str, object], name: str) -> str:
    key = name.casefold()
    return f" default {defaults[key]!r}" if key in defaults else ""


def _option_texts(settings: Settings) -> Iterator[Text]:
    """The options that may change a value and are not what they are anyway."""
    for each in settings.settings:
        option = each.option
        is_covered = (
            option.place in _COVERED_ELSEWHERE or option.identity or option.address or option.shared
        )
        if is_covered or not option.changes_values or _is_default(each):
            continue
        if isinstance(each.value, FormatUse):
            inner = join_texts(sorted(_option_texts(each.value.settings), key=str))
            format_options: Text = (" (", *inner, ")") if inner else ()
            yield (f"{option.name} = {each.value.format.name}", *format_options)
        else:
            yield (f"{option.name} = ", *setting_text(each.value))


def _is_default(setting: Setting) -> bool:
    """Whether the value is what the option has where it is not given."""
    option = setting.option
    usual = option.compiler_default.value if option.compiler_default else option.default
    return usual is not None and str(setting.value).casefold() == str(usual).casefold()


def _raw_texts(settings: Settings) -> Iterator[Text]:
    for raw in settings.raw:
        yield (f"raw {raw.name} = ", *setting_text(raw.value))


def location_text(settings: Settings) -> Text:
    """Where a source reads or a sink writes."""
    identity = [each.value for each in settings.settings if each.option.identity]
    if identity:
        return join_texts([setting_text(value) for value in _flatten(identity)])
    for placement in _LOCATIONS:
        setting = settings.at(placement)
        if setting is not None:
            return join_texts([setting_text(value) for value in _flatten((setting.value,))])
    return ()


def address_text(settings: Settings, connections: Mapping[str, Connection]) -> Text:
    """The servers that a source reads from, given by itself or by its connection."""
    connection_name = settings.connection
    shared = (
        connections.get(connection_name.name.casefold()) if connection_name is not None else None
    )
    all_settings = (*settings.settings, *(shared.settings.settings if shared is not None else ()))
    return join_texts([setting_text(each.value) for each in all_settings if each.option.address])


def endpoint_text(connector: str, location: Text) -> Text:
    """A connector and where it reads or writes."""
    return (f"{connector} ", *location) if location else (connector,)


def setting_text(value: object) -> Text:
    """The value of an option, as a text with parameters."""
    match value:
        case ParamUse():
            return (ParameterText(value.name),)
        case SettingText() | ConditionText():
            return tuple(
                ParameterText(part.name) if isinstance(part, ParamUse) else part
                for part in value.parts
            )
        case SecretName() | ConnectionName() | ColumnName() | SchemaName():
            return (value.name,)
        case FunctionName():
            return (value.text,)
        case tuple():
            return join_texts([setting_text(each) for each in value])
        case _:
            return (str(value),)


def _flatten(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        yield from value if isinstance(value, tuple) else (value,)
