"""`raw { "key" = "value" }`: the door for options of Spark that a connector does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.maps import convert_map_items
from ssbt.compiler.connectors.options import camel_case
from ssbt.compiler.connectors.secrets import is_secret_name, unprotected_credential
from ssbt.compiler.connectors.settings import SecretName, SparkOption
from ssbt.compiler.connectors.values import (
    Boolean,
    MapEntry,
    MapOf,
    Number,
    OptionEntry,
    OptionValue,
    Text,
    Word,
)
from ssbt.compiler.connectors.wording import describe_value
from ssbt.compiler.credentials.names import is_credential
from ssbt.compiler.diagnostics.codes.connectors import RAW_REFUSED, RAW_SHADOWS, WRONG_TYPE
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from ssbt.compiler.connectors.parameters import ConversionTarget
    from ssbt.compiler.connectors.specification import Option, RefusedKeys

RAW = "raw"


def convert_raw_options(
    entry: OptionEntry,
    options: Iterable[Option],
    target: ConversionTarget,
    refused: Iterable[RefusedKeys] = (),
) -> Generator[Diagnostic, None, tuple[SparkOption, ...]]:
    """The Spark options of a `raw` block; a key that has a name of its own is a finding."""
    if not isinstance(entry.value, MapOf):
        value = describe_value(entry.value)
        message = f'`raw` takes a block such as `raw {{ "key" = "value" }}`, not {value}'
        yield Diagnostic(WRONG_TYPE, message, Label(entry.value.span, "expected a block"))
        return ()
    options_by_key = {key: option for option in options for key in _spark_keys(option)}
    forbidden = {key.casefold(): each for each in refused for key in each.keys}
    for item in entry.value.entries:
        option = _find_shadowed(item.key.casefold(), options_by_key)
        if option:
            yield Diagnostic(
                RAW_SHADOWS,
                f"`{item.key}` has a name of its own: `{option.name}`",
                Label(item.key_span, "not checked here"),
                help=(f"write `{option.name} = …` outside of `raw`",),
            )
        elif refusal := forbidden.get(item.key.casefold()):
            message = f"Spark does not take `{item.key}` here"
            yield Diagnostic(RAW_REFUSED, message, Label(item.key_span), help=(refusal.help,))
    entries = entry.value.entries
    credentials = [item for item in entries if _takes_secret(item)]
    plain_items = tuple(item for item in entries if item not in credentials)
    secrets = [item for item in credentials if is_secret_name(item.value, target)]
    for item in credentials:
        if item not in secrets:
            yield unprotected_credential(item.key, item.value.span)
    items = yield from convert_map_items(MapOf(plain_items, entry.value.span), target)
    return (
        *(SparkOption(key, value) for key, value in items),
        *[SparkOption(item.key, _secret_name(item.value, target)) for item in secrets],
    )


def _takes_secret(item: MapEntry) -> bool:
    value = item.value
    text = value.display_text if isinstance(value, Text) else ""
    is_plain = isinstance(value, Boolean | Number)
    return not is_plain and is_credential(item.key, text)


def _secret_name(value: OptionValue, target: ConversionTarget) -> SecretName:
    assert isinstance(value, Word)
    return SecretName(target.find_secret(value.text) or value.text, value.span)


def _spark_keys(option: Option) -> tuple[str, ...]:
    """Every key by which Spark, to which case does not matter, knows the option."""
    aliases = (camel_case(alias) for alias in option.aliases)
    return tuple(key.casefold() for key in (option.spark, *aliases))


def _find_shadowed(key: str, options_by_key: dict[str, Option]) -> Option | None:
    for spark_key, option in options_by_key.items():
        prefix, star, _ = spark_key.partition("*")
        if key == spark_key or (star and key.startswith(prefix)):
            return option
    return None
