"""Partitions of topics and places in them, as a user writes them and as Spark takes them: JSON.

A partition is called as Kafka's own logs call it: `orders-0` is the first one of `orders`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
import json
import re
from typing import TYPE_CHECKING, TypeAlias

from ssbt.compiler.connectors.values import ListOf, MapEntry, MapOf, Number, OptionValue, Text, Word
from ssbt.compiler.connectors.wording import describe_value, join_alternatives, wrong_type
from ssbt.compiler.diagnostics.codes.connectors import DUPLICATE_OPTION, UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.whole_numbers import parse_whole

if TYPE_CHECKING:
    from collections.abc import Generator

    from ssbt.compiler.connectors.specification import Option

    Converted: TypeAlias = Generator[Diagnostic, None, str | None]

_PARTITION = lazy_pattern(r"(?P<topic>[\w.-]+)-(?P<number>\d+)", re.ASCII)
_TOPIC = lazy_pattern(r"(?!\.{1,2}\Z)[\w.-]{1,249}", re.ASCII)
_WORDS = {"earliest": -2, "latest": -1}
_INSTANT = "a time with its zone, such as `2026-01-31T12:00:00Z`"


def convert_assignment(option: Option, value: MapOf) -> Converted:
    """`{ orders = [0, 1] }` as `{"orders":[0,1]}`."""
    topics: dict[str, list[int]] = {}
    for entry in value.entries:
        numbers = _partition_numbers(entry.value)
        if numbers is None or not _TOPIC.fullmatch(entry.key):
            expectation = "takes a topic and a list of its partitions, such as `orders = [0, 1]`"
            yield Diagnostic(UNFIT_VALUE, f"`{option.name}` {expectation}", Label(entry.key_span))
        elif entry.key in topics:
            yield _duplicate_finding(entry)
        else:
            topics[entry.key] = numbers
    if not value.entries:
        yield wrong_type(option, value)
    complete = topics and len(topics) == len(value.entries)
    return _encode_json(topics) if complete else None


def convert_offsets(option: Option, value: MapOf) -> Converted:
    """`{ "orders-0" = 23, "orders-1" = earliest }` as `{"orders":{"0":23,"1":-2}}`."""
    offsets_by_word = {choice.name: _WORDS[choice.name] for choice in option.choices}
    expectation = join_alternatives(["a number", *(f"`{word}`" for word in offsets_by_word)])

    def parse_offset(entry_value: OptionValue) -> int | None:
        match entry_value:
            case Word(text):
                return offsets_by_word.get(text)
            case Number(text) if text.isdigit():
                return parse_whole(text)
        return None

    return (yield from _convert_by_partition(option, value, parse_offset, expectation))


def convert_instants(option: Option, value: MapOf) -> Converted:
    """`{ "orders-0" = "2026-01-31T12:00:00Z" }` as `{"orders":{"0":1769860800000}}`."""

    def parse_instant(entry_value: OptionValue) -> int | None:
        return (
            _parse_instant(entry_value.plain)
            if isinstance(entry_value, Text) and entry_value.plain
            else None
        )

    return (yield from _convert_by_partition(option, value, parse_instant, _INSTANT))


def convert_instant(option: Option, value: Text) -> Converted:
    """A time as milliseconds since 1970, in text."""
    number = _parse_instant(value.plain) if value.plain else None
    if number is None:
        yield Diagnostic(UNFIT_VALUE, f"`{option.name}` takes {_INSTANT}", Label(value.span))
        return None
    return str(number)


def _convert_by_partition(
    option: Option, value: MapOf, parse: Callable[[OptionValue], int | None], expectation: str
) -> Converted:
    topics: dict[str, dict[str, int]] = {}
    count = 0
    for entry in value.entries:
        name = _PARTITION.fullmatch(entry.key)
        number = parse(entry.value)
        if name is None or _partition_number(name["number"]) is None:
            message = f"`{entry.key}` is no partition; the first one of `orders` is `orders-0`"
            yield Diagnostic(UNFIT_VALUE, message, Label(entry.key_span))
        elif number is None:
            message = f"`{entry.key}` takes {expectation}, not {describe_value(entry.value)}"
            yield Diagnostic(UNFIT_VALUE, message, Label(entry.value.span))
        elif name["number"] in topics.setdefault(name["topic"], {}):
            yield _duplicate_finding(entry)
        else:
            topics[name["topic"]][name["number"]] = number
            count += 1
    if not value.entries:
        yield wrong_type(option, value)
    return _encode_json(topics) if count and count == len(value.entries) else None


def _partition_numbers(value: OptionValue) -> list[int] | None:
    items = value.items if isinstance(value, ListOf) else ()
    numbers = [_partition_number(each.text) for each in items if isinstance(each, Number)]
    partitions = [number for number in numbers if number is not None]
    return partitions if partitions and len(partitions) == len(items) else None


def _partition_number(text: str) -> int | None:
    """Kafka's partitions are numbers of 32 bits."""
    return parse_whole(text, 32) if text.isdigit() else None


def _parse_instant(text: str) -> int | None:
    """Of a time with a zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else round(moment.timestamp() * 1000)


def _duplicate_finding(entry: MapEntry) -> Diagnostic:
    return Diagnostic(DUPLICATE_OPTION, f"`{entry.key}` is given twice", Label(entry.key_span))


def _encode_json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
