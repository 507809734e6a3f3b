"""How the data of a source becomes values: its columns, and the options that change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConnectionName,
    FormatUse,
    FunctionName,
    SchemaName,
    SecretName,
    Setting,
    Settings,
)
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import ParamUse
from ssbt.compiler.connectors.values import Text as SettingText
from ssbt.compiler.ir.expressions import ParameterText, Text, shown
from ssbt.compiler.ir.fingerprints.dependences import Kind
from ssbt.compiler.ir.fingerprints.parts import Part, listed
from ssbt.compiler.ir.fingerprints.used import Names
from ssbt.compiler.ir.pipeline import Connection, Schema, Source

_LOCATIONS = (Place.LOAD, Place.PATH, Place.TABLE)
# Where it reads is the source's own part, and the columns say what its schema is.
_TOLD = frozenset({*_LOCATIONS, Place.SCHEMA, Place.RECORD_KEY_SCHEMA, Place.CONNECTION})


def reading(source: Source, used: Names, schemas: Mapping[str, Schema]) -> Part:
    """What of a source's reading decides about the columns that are `used`."""
    schema = schemas.get((source.schema or "").casefold())
    defaults = {name.casefold(): value for name, value in (schema.defaults if schema else ())}
    by_place = source.connector.source is not None and source.connector.source.by_position
    columns = tuple(
        (column.name, f"{column.type.sql}{_default(defaults, column.name)}")
        for column in source.output.columns
        if by_place or column.name.casefold() in used
    )
    options = listed(sorted([*_options(source.settings), *_raw(source.settings)], key=str))
    text = ", ".join(f"{name} {said}" for name, said in columns)
    known = () if by_place else (*columns, ("", shown(options)))
    whole = (text, *(("; ", *options) if options else ()))
    return Part(Kind.READING, whole, (), source.span, columns=known)


def _default(defaults: Mapping[str, object], name: str) -> str:
    key = name.casefold()
    return f" default {defaults[key]!r}" if key in defaults else ""


def _options(settings: Settings) -> Iterator[Text]:
    """The options that may change a value and are not what they are anyway."""
    for each in settings.settings:
        option = each.option
        told = option.place in _TOLD or option.identity or option.address or option.shared
        if told or not option.changes_values or _is_usual(each):
            continue
        if isinstance(each.value, FormatUse):
            inner = listed(sorted(_options(each.value.settings), key=str))
            more: Text = (" (", *inner, ")") if inner else ()
            yield (f"{option.name} = {each.value.format.name}", *more)
        else:
            yield (f"{option.name} = ", *setting_text(each.value))


def _is_usual(setting: Setting) -> bool:
    """Whether the value is what the option has where it is not given."""
    option = setting.option
    usual = option.supplied.value if option.supplied else option.default
    return usual is not None and str(setting.value).casefold() == str(usual).casefold()


def _raw(settings: Settings) -> Iterator[Text]:
    for raw in settings.raw:
        yield (f"raw {raw.name} = ", *setting_text(raw.value))


def location(settings: Settings) -> Text:
    """Where a source reads or a sink writes."""
    named = [each.value for each in settings.settings if each.option.identity]
    if named:
        return listed([setting_text(value) for value in _flat(named)])
    for place in _LOCATIONS:
        setting = settings.at(place)
        if setting is not None:
            return listed([setting_text(value) for value in _flat((setting.value,))])
    return ()


def addresses(settings: Settings, connections: Mapping[str, Connection]) -> Text:
    """The servers that a source reads from, given by itself or by its connection."""
    named = settings.connection
    shared = connections.get(named.name.casefold()) if named is not None else None
    given = (*settings.settings, *(shared.settings.settings if shared is not None else ()))
    return listed([setting_text(each.value) for each in given if each.option.address])


def placed(connector: str, location: Text) -> Text:
    """A connector and where it reads or writes."""
    return (f"{connector} ", *location) if location else (connector,)


def setting_text(value: object) -> Text:
    """The value of an option, as a text with parameters."""
    match value:
        case ParamUse():
            return (ParameterText(value.name),)
        case SettingText():
            return tuple(
                ParameterText(part.name) if isinstance(part, ParamUse) else part
                for part in value.parts
            )
        case SecretName() | ConnectionName() | ColumnName() | SchemaName():
            return (value.name,)
        case FunctionName():
            return (value.text,)
        case tuple():
            return listed([setting_text(each) for each in value])
        case _:
            return (str(value),)


def _flat(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        yield from value if isinstance(value, tuple) else (value,)
