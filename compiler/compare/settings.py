"""What differs in the options of a source, a sink or a connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConditionText,
    ConnectionName,
    FormatUse,
    FunctionName,
    SchemaName,
    SecretName,
    Settings,
)
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.ir.pipeline import Pipeline, Schema
from ssbt.compiler.source import Span

# The columns of a source say what its schema is, the options of a dialect what that is; and what a
# sink requires changes nothing.
_REPORTED_ELSEWHERE = frozenset(
    {OptionPlacement.SCHEMA, OptionPlacement.REQUIRE, OptionPlacement.DIALECT}
)


class OptionValue(Struct, frozen=True):
    """An option that is given, or has a default: its value in words.

    `is_supplied` where the compiler gave it."""

    text: str
    span: Span | None = None
    place: OptionPlacement = OptionPlacement.OPTION
    identity: bool = False
    secret: bool = False
    is_supplied: bool = False


class OptionDifference(Struct, frozen=True):
    """An option that is not as it was; None where it is not given and has no default."""

    name: str
    old: OptionValue | None
    new: OptionValue | None

    @property
    def either(self) -> OptionValue:
        """What is known of the option, of which one side may have nothing."""
        value = self.new or self.old
        assert value is not None
        return value

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


def compare_options(
    old: Settings, new: Settings, versions: tuple[Pipeline, Pipeline]
) -> Iterator[OptionDifference]:
    """The options that differ in more than how they are written."""
    old_values, new_values = option_values(old, versions[0]), option_values(new, versions[1])
    for name in dict.fromkeys((*new_values, *old_values)):
        old_value, new_value = old_values.get(name), new_values.get(name)
        old_value, new_value = (
            old_value or _default_value(name, new),
            new_value or _default_value(name, old),
        )
        difference = OptionDifference(name, old_value, new_value)
        # What the compiler supplies comes and goes with what it is supplied for.
        is_supplied = None in (old_value, new_value) and difference.either.is_supplied
        if (old_value.text if old_value else None) != (
            new_value.text if new_value else None
        ) and not is_supplied:
            yield difference


def option_values(settings: Settings, pipeline: Pipeline) -> dict[str, OptionValue]:
    """All options by name, those of a format after its option's name and a dot."""
    return dict(_iterate_values(settings, _schema_texts(pipeline)))


def _iterate_values(
    settings: Settings, schemas: Mapping[str, str]
) -> Iterator[tuple[str, OptionValue]]:
    for each in settings.settings:
        option = each.option
        if option.place not in _REPORTED_ELSEWHERE:
            secret = isinstance(each.value, SecretName)
            text = _render_value(each.value, schemas)
            is_supplied = each.span is None
            traits = option.place, option.identity, secret, is_supplied
            yield option.name, OptionValue(text, each.span, *traits)
        if isinstance(each.value, FormatUse):
            for name, inner in _iterate_values(each.value.settings, schemas):
                yield f"{option.name}.{name}", replace(inner, place=option.place)
    for raw in settings.raw:
        yield f"raw {raw.name}", OptionValue(_render_value(raw.value, schemas))


def _schema_texts(pipeline: Pipeline) -> dict[str, str]:
    return {
        each.name.casefold(): each.external_schema.text
        if each.external_schema
        else _schema_text(each)
        for each in pipeline.schemas
    }


def _schema_text(schema: Schema) -> str:
    defaults = "".join(f", default {name} = {value}" for name, value in schema.defaults)
    return f"{schema.type.sql}{defaults}"


def _default_value(name: str, settings: Settings) -> OptionValue | None:
    """What Spark does where the option is not given, as the other version knows it."""
    setting = settings.find(name)
    if setting is None or setting.option.default is None:
        return None
    return OptionValue(_render_value(setting.option.default, {}), None, setting.option.place)


def _render_value(value: object, schemas: Mapping[str, str]) -> str:
    match value:
        case Text():
            return f'"{value.display_text}"'
        case ConditionText():
            return f"`{value.display_text}`"
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case ParamUse():
            return f"${{{value.name}}}"
        case SecretName():
            return f"the secret `{value.name}`"
        case ConnectionName():
            return value.name
        case ColumnName():
            return value.sql if value.transform else value.name
        case SchemaName():
            return f"the schema {schemas.get(value.name.casefold(), value.name)}"
        case FunctionName():
            return value.text
        case FormatUse():
            return value.format.name
        case tuple() if value and isinstance(value[0], tuple):
            pairs = sorted((str(key), _render_value(item, schemas)) for key, item in value)
            return ", ".join(f"{key} = {text}" for key, text in pairs)
        case tuple():
            return f"[{', '.join(_render_value(item, schemas) for item in value)}]"
        case _:
            return str(value)


def location(settings: Settings) -> tuple[str, ...]:
    """Where a source reads or a sink writes, in words."""
    return tuple(
        _render_value(each.value, {})
        for each in settings.settings
        if each.option.identity
        or each.option.place in (OptionPlacement.LOAD, OptionPlacement.PATH, OptionPlacement.TABLE)
    )
