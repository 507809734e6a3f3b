"""Maps as the values of options, and as raw options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ssbt.compiler.connectors.parameters import ConversionTarget
from ssbt.compiler.connectors.secrets import is_secret_name, secret_flow
from ssbt.compiler.connectors.settings import MapItems, Scalar
from ssbt.compiler.connectors.specification import Option
from ssbt.compiler.connectors.values import Boolean, MapOf, Number, OptionValue, Text, Word
from ssbt.compiler.connectors.wording import describe_value, join_alternatives, unfit_value
from ssbt.compiler.diagnostics.codes.connectors import DUPLICATE_OPTION, UNFIT_VALUE, WRONG_TYPE
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Generator

    from ssbt.compiler.source import Span


def convert_map_items(
    option: Option | None, value: MapOf, target: ConversionTarget
) -> Generator[Diagnostic, None, MapItems]:
    """The keys and values of a map, without those that there are findings about.

    What an `option` says of its texts holds for the keys of its map.
    """
    items: dict[str, Scalar] = {}
    first_spans: dict[str, Span] = {}
    for entry in value.entries:
        key = entry.key.casefold()
        if key in first_spans:
            secondary = (Label(first_spans[key], "first given here"),)
            message = f"the key `{entry.key}` is given twice"
            yield Diagnostic(DUPLICATE_OPTION, message, Label(entry.key_span), secondary)
            continue
        first_spans[key] = entry.key_span
        if option is not None and option.pattern and not re.fullmatch(option.pattern, entry.key):
            yield unfit_value(option, entry.key_span, option.pattern_text)
            continue
        if option is not None and (near := _find_known_key(option, entry.key)) is not None:
            message = f"`{option.name}` knows no `{entry.key}`; did you mean `{near}`?"
            fix = (Edit(entry.key_span, f'"{near}"'),)
            yield Diagnostic(UNFIT_VALUE, message, Label(entry.key_span), (), (), fix)
            continue
        scalar = _convert_map_value(entry.value)
        if is_secret_name(entry.value, target):
            assert isinstance(entry.value, Word)
            yield secret_flow(entry.value.text, f"`{entry.key}`", entry.value.span)
        elif scalar is None:
            expectation = "text in quotes, a number, `true` or `false`"
            message = f"`{entry.key}` takes {expectation}, not {describe_value(entry.value)}"
            yield Diagnostic(WRONG_TYPE, message, Label(entry.value.span))
        elif option is not None and (words := _list_other_values(option, entry.key, scalar)):
            message = f"`{entry.key}` takes {join_alternatives(words)}"
            yield Diagnostic(UNFIT_VALUE, message, Label(entry.value.span))
        else:
            items[entry.key] = scalar
    return tuple(items.items())


def _find_known_key(option: Option, key: str) -> str | None:
    """The key that a misspelt one was meant to be; nothing if it is known, or like no other."""
    if key.casefold() in map(str.casefold, option.known_keys):
        return None
    return did_you_mean(key, option.known_keys)


def _list_other_values(option: Option, key: str, value: Scalar) -> tuple[str, ...]:
    """The values that a key takes, if this is none of them; only the run knows that of others."""
    words = dict(option.known_values).get(key.casefold(), ())
    text = str(value).casefold()
    is_known = not isinstance(value, str | bool) or text in map(str.casefold, words)
    return () if is_known else tuple(f"`{each}`" for each in words)


def _convert_map_value(value: OptionValue) -> Scalar | None:
    match value:
        case Text():
            return value if value.plain is None else value.plain
        case Boolean(flag):
            return flag
        case Number(text):
            return text
        case _:
            return None
