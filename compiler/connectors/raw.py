"""`raw { "key" = "value" }`: the door for options of Spark that a connector does not name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.client_names import (
    client_names,
    find_meant,
    is_of_plugin,
    names_class,
)
from ssbt.compiler.connectors.maps import convert_map_items
from ssbt.compiler.connectors.options import camel_case
from ssbt.compiler.connectors.secrets import is_secret_name, unprotected_credential
from ssbt.compiler.connectors.settings import SecretName, SparkOption
from ssbt.compiler.connectors.specification import ANY_KEY, Option, RefusedKeys, ValueKind
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
from ssbt.compiler.diagnostics.codes.connectors import (
    RAW_IGNORED,
    RAW_REFUSED,
    RAW_SHADOWS,
    RAW_UNKNOWN,
    WRONG_TYPE,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean, edit_distance

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ssbt.compiler.connectors.parameters import ConversionTarget

RAW = "raw"
# So few letters are a slip, whoever's name it is.
_SURELY_MEANT = 2


class RawRules(Struct, frozen=True):
    """What holds for the keys of a block: those that options have, those that are refused.

    Where there is a `prefix`, Spark skips keys that do not begin with it, and are not one of
    `others`: options of sources and sinks, where this is a connection. The rest of what begins with
    it are settings of `clients`, or where `has_plugins` of classes that these are given.
    """

    options: tuple[Option, ...]
    refused: tuple[RefusedKeys, ...] = ()
    prefix: str = ""
    others: tuple[Option, ...] = ()
    clients: str = ""
    has_plugins: bool = False

    def check(self, item: MapEntry) -> Iterator[Diagnostic]:
        """What is wrong with the key of an entry."""
        key = item.key.casefold()
        options_by_key = {k: option for option in self.options for k in _spark_keys(option)}
        forbidden = {each.casefold(): row.help for row in self.refused for each in row.keys}
        option = _find_shadowed(key, options_by_key)
        is_ignored = not key.startswith(self.prefix) and not any(
            key in _spark_keys(each) for each in self.others
        )
        prefixed = self.prefix + key if is_ignored else key
        if option:
            message = f"`{item.key}` has a name of its own: `{option.name}`"
            label = Label(item.key_span, "not checked here")
            help_ = (f"write `{option.name} = …` outside of `raw`",)
            yield Diagnostic(RAW_SHADOWS, message, label, help=help_)
        elif refused := forbidden.keys() & {key, prefixed, ANY_KEY}:
            message = f"Spark does not take `{item.key}` here"
            help_ = (forbidden[refused.pop()],)
            yield Diagnostic(RAW_REFUSED, message, Label(item.key_span), help=help_)
        elif is_ignored:
            named = _find_shadowed(prefixed, options_by_key)
            message = (
                f"Spark ignores `{item.key}`: its clients get what begins with `{self.prefix}`"
            )
            if named:
                help_ = (f"write `{named.name} = …` outside of `raw`",)
                yield Diagnostic(RAW_IGNORED, message, Label(item.key_span), help=help_)
                return
            help_ = (f"write `{self.prefix}{item.key}`, if that is meant",)
            fix = (Edit(item.key_span, f'"{self.prefix}{item.key}"'),)
            yield Diagnostic(RAW_IGNORED, message, Label(item.key_span), help=help_, fix=fix)
        elif self.clients and key.startswith(self.prefix):
            yield from self._check_client_name(item, key.removeprefix(self.prefix))

    def _check_client_name(self, item: MapEntry, name: str) -> Iterator[Diagnostic]:
        """A setting that the clients do not have, unless it may be one of a class of somebody's."""
        names = client_names(self.clients)
        if name in names:
            return
        meant = find_meant(self.clients, name)
        options = {spark: each for each in self.options for spark in _spark_keys(each)}
        candidates = {f"{self.prefix}{each}" for each in names} | options.keys()
        key = f"{self.prefix}{name}"
        near = f"{self.prefix}{meant}" if meant else did_you_mean(key, candidates)
        is_slip = meant or (near is not None and edit_distance(key, near) <= _SURELY_MEANT)
        if not is_slip and (self.has_plugins or is_of_plugin(self.clients, name)):
            return
        message = f"{self.clients.title()}'s clients have no setting `{name}`"
        option = options.get(near or "")
        help_ = (
            "if a class of somebody else's reads it, name the class in the same block, such as"
            f" `{self.prefix}ssl.engine.factory.class`"
        )
        fix: tuple[Edit, ...] = ()
        if option is not None:
            help_ = f"write `{option.name} = …` outside of `raw`"
        elif near is not None:
            help_, fix = f"did you mean `{near}`?", (Edit(item.key_span, f'"{near}"'),)
        yield Diagnostic(RAW_UNKNOWN, message, Label(item.key_span), help=(help_,), fix=fix)


def convert_raw_options(
    entry: OptionEntry, rules: RawRules, target: ConversionTarget
) -> Generator[Diagnostic, None, tuple[SparkOption, ...]]:
    """The Spark options of a `raw` block; a key that has a name of its own is a finding."""
    if not isinstance(entry.value, MapOf):
        value = describe_value(entry.value)
        message = f'`raw` takes a block such as `raw {{ "key" = "value" }}`, not {value}'
        yield Diagnostic(WRONG_TYPE, message, Label(entry.value.span, "expected a block"))
        return ()
    entries = entry.value.entries
    rules = replace(rules, has_plugins=any(names_class(item.key.casefold()) for item in entries))
    for item in entries:
        yield from rules.check(item)
    credentials = [item for item in entries if _takes_secret(item)]
    plain_items = tuple(item for item in entries if item not in credentials)
    secrets = [item for item in credentials if is_secret_name(item.value, target)]
    for item in credentials:
        if item not in secrets:
            yield unprotected_credential(item.key, item.value.span)
    items = yield from convert_map_items(None, MapOf(plain_items, entry.value.span), target)
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
        if key == spark_key or (star and key.startswith(prefix) and _takes_key(option, key)):
            return option
    return None


def _takes_key(option: Option, key: str) -> bool:
    """Whether a map may have the key, all of which it names."""
    is_map = option.type.kind is ValueKind.MAP and option.pattern
    return not is_map or re.fullmatch(option.pattern, key, re.IGNORECASE) is not None
