"""What differs in the options of a source, a sink or a connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConnectionName,
    FormatUse,
    FunctionName,
    SchemaName,
    SecretName,
    Settings,
)
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.ir.pipeline import Pipeline, Schema
from ssbt.compiler.source import Span

# The columns of a source say what its schema is, the options of a dialect what that is; and what a
# sink requires changes nothing.
_TOLD_ELSEWHERE = frozenset({Place.SCHEMA, Place.REQUIRE, Place.DIALECT})


class Given(Struct, frozen=True):
    """An option that is given, or has a default: its value in words.

    `supplied` where the compiler gave it."""

    text: str
    span: Span | None = None
    place: Place = Place.OPTION
    identity: bool = False
    secret: bool = False
    supplied: bool = False


class Difference(Struct, frozen=True):
    """An option that is not as it was; None where it is not given and has no default."""

    name: str
    old: Given | None
    new: Given | None

    @property
    def either(self) -> Given:
        """What is known of the option, of which one side may have nothing."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def secret(self) -> bool:
        """Whether a secret flows into the option, or did."""
        return any(each is not None and each.secret for each in (self.old, self.new))

    @property
    def old_span(self) -> Span | None:
        """Where it was set."""
        return self.old.span if self.old else None

    @property
    def new_span(self) -> Span | None:
        """Where it is set."""
        return self.new.span if self.new else None

    @property
    def message(self) -> str:
        """What it was and what it is."""
        if self.old is None:
            return f"`{self.name}` is {self.either.text}, and was not set"
        if self.new is None:
            return f"`{self.name}` was {self.old.text}, and is not set"
        return f"`{self.name}` was {self.old.text} and is {self.new.text}"


def differences(
    old: Settings, new: Settings, versions: tuple[Pipeline, Pipeline]
) -> Iterator[Difference]:
    """The options that differ in more than how they are written."""
    before, after = given(old, versions[0]), given(new, versions[1])
    for name in dict.fromkeys((*after, *before)):
        one, other = before.get(name), after.get(name)
        one, other = one or _default(name, new), other or _default(name, old)
        found = Difference(name, one, other)
        # What the compiler supplies comes and goes with what it is supplied for.
        is_supplied = None in (one, other) and found.either.supplied
        if (one.text if one else None) != (other.text if other else None) and not is_supplied:
            yield found


def given(settings: Settings, pipeline: Pipeline) -> dict[str, Given]:
    """All options by name, those of a format behind its option's name and a dot."""
    return dict(_given(settings, _schema_texts(pipeline)))


def _given(settings: Settings, schemas: Mapping[str, str]) -> Iterator[tuple[str, Given]]:
    for each in settings.settings:
        option = each.option
        if option.place not in _TOLD_ELSEWHERE:
            secret = isinstance(each.value, SecretName)
            text = _text(each.value, schemas)
            supplied = each.span is None
            known = option.place, option.identity, secret, supplied
            yield option.name, Given(text, each.span, *known)
        if isinstance(each.value, FormatUse):
            for name, inner in _given(each.value.settings, schemas):
                yield f"{option.name}.{name}", replace(inner, place=option.place)
    for raw in settings.raw:
        yield f"raw {raw.name}", Given(_text(raw.value, schemas))


def _schema_texts(pipeline: Pipeline) -> dict[str, str]:
    return {
        each.name.casefold(): each.written.text if each.written else _schema_text(each)
        for each in pipeline.schemas
    }


def _schema_text(schema: Schema) -> str:
    defaults = "".join(f", default {name} = {value}" for name, value in schema.defaults)
    return f"{schema.type.sql}{defaults}"


def _default(name: str, others: Settings) -> Given | None:
    """What Spark does where the option is not given, as the other version knows it."""
    setting = others.named(name)
    if setting is None or setting.option.default is None:
        return None
    return Given(_text(setting.option.default, {}), None, setting.option.place)


def _text(value: object, schemas: Mapping[str, str]) -> str:
    match value:
        case Text():
            return f'"{value.shown}"'
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case ParamUse():
            return f"${{{value.name}}}"
        case SecretName():
            return f"the secret `{value.name}`"
        case ConnectionName() | ColumnName():
            return value.name
        case SchemaName():
            return f"the schema {schemas.get(value.name.casefold(), value.name)}"
        case FunctionName():
            return value.text
        case FormatUse():
            return value.format.name
        case tuple() if value and isinstance(value[0], tuple):
            pairs = sorted((str(key), _text(item, schemas)) for key, item in value)
            return ", ".join(f"{key} = {text}" for key, text in pairs)
        case tuple():
            return f"[{', '.join(_text(item, schemas) for item in value)}]"
        case _:
            return str(value)


def location(settings: Settings) -> tuple[str, ...]:
    """Where a source reads or a sink writes, in words."""
    return tuple(
        _text(each.value, {})
        for each in settings.settings
        if each.option.identity or each.option.place in (Place.LOAD, Place.PATH, Place.TABLE)
    )
