"""How findings about options speak of them: what is expected, what was found, and the edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.examples import spell_example
from ssbt.compiler.connectors.specification import Option, Shape, ValueKind
from ssbt.compiler.connectors.values import (
    Boolean,
    Condition,
    Duration,
    Every,
    ListOf,
    MapOf,
    Nested,
    Number,
    OptionValue,
    Size,
    StarExcept,
    Text,
    Word,
)
from ssbt.compiler.diagnostics.codes.connectors import TOO_NEW, UNFIT_VALUE, WRONG_TYPE
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXPECTATIONS = {
    ValueKind.STRING: "text in quotes",
    ValueKind.CHAR: "one character in quotes",
    ValueKind.DATETIME_PATTERN: 'a pattern in quotes, such as `"dd.MM.yyyy"`',
    ValueKind.BOOLEAN: "`true` or `false`",
    ValueKind.INTEGER: "a whole number",
    ValueKind.NUMBER: "a number",
    ValueKind.DURATION: "a duration such as `10 minutes`",
    ValueKind.SIZE: "a size such as `64 mb`",
    ValueKind.MAP: 'a map such as `{ "key" = "value" }`',
    ValueKind.COLUMN: "the name of a column",
    ValueKind.SCHEMA: "the name of a schema, without quotes",
    ValueKind.TRIGGER: (
        "`every 1 minute`, `available now`, `once`, `continuous 1 second` or `real time`"
    ),
    ValueKind.CONNECTION: "the name of a connection, without quotes",
    ValueKind.MILLISECONDS: "a duration such as `5 seconds`",
    ValueKind.INSTANT: 'a time with its zone in quotes, such as `"2026-01-31T12:00:00Z"`',
    ValueKind.PARTITIONS: "topics with their partitions, such as `{ orders = [0, 1] }`",
    ValueKind.INSTANTS: (
        'a time for each partition, such as `{ "orders-0" = "2026-01-31T12:00:00Z" }`'
    ),
    ValueKind.FORMAT: "a format such as `json` or `json { … }`",
    ValueKind.CONDITION: "a condition such as `day = date '2026-01-31'`",
    ValueKind.FUNCTION: 'a function such as `"module.py:function"`',
}
_LIST_EXPECTATIONS = {
    ValueKind.STRING: "a list of texts in quotes",
    ValueKind.COLUMN: "a list of columns such as `[country, day]`",
}
_DESCRIPTIONS: dict[type, str] = {
    Text: "text in quotes",
    Condition: "a condition",
    StarExcept: "all columns",
    Duration: "a duration",
    Every: "a trigger",
    Size: "a size",
    ListOf: "a list",
    MapOf: "a map",
    Nested: "a block",
}


_BOOLEANS = {
    **dict.fromkeys(("yes", "on", "y"), "true"),
    **dict.fromkeys(("no", "off", "n", "none"), "false"),
}
_TRIGGERS = {"availablenow": "available now", "realtime": "real time"}
_DURATION = lazy_pattern(r"\d+ (?:milli)?(?:second|minute|hour|day|week)s?")


def describe_expectation(option: Option) -> str:
    """What the option takes, as a noun."""
    kind, shape = option.type.kind, option.type.shape
    if kind is ValueKind.WORD:
        return join_alternatives(f"`{choice.name}`" for choice in option.choices)
    if kind is ValueKind.INTEGER and option.choices:
        choices = [f"`{choice.name}`" for choice in option.choices]
        return join_alternatives([_EXPECTATIONS[kind], *choices])
    if kind is ValueKind.OFFSETS:
        choices = [f"`{choice.name}`" for choice in option.choices]
        return join_alternatives(
            [*choices, 'an offset for each partition, such as `{ "orders-0" = 23 }`']
        )
    single = _EXPECTATIONS[kind]
    if shape is Shape.ONE:
        return single
    multiple = _LIST_EXPECTATIONS.get(kind, f"a list, each item {single}")
    return multiple if shape is Shape.LIST else f"{single}, or {multiple}"


def describe_value(value: OptionValue) -> str:
    """What the user wrote, as a noun."""
    match value:
        case Boolean(flag):
            return f"`{str(flag).lower()}`"
        case Number(text):
            return f"the number `{text}`"
        case Word(text):
            return f"the bare word `{text}`"
        case _:
            return _DESCRIPTIONS[type(value)]


def join_alternatives(alternatives: Iterable[str]) -> str:
    """`a, b or c`."""
    *rest, last = alternatives
    return f"{', '.join(rest)} or {last}" if rest else last


def wrong_type(option: Option, value: OptionValue, item: bool = False) -> Diagnostic:
    """The finding that the option takes something else; an `item` is one of a list."""
    fix = _type_edits(option, value, item)
    return Diagnostic(
        WRONG_TYPE,
        f"`{option.name}` takes {describe_expectation(option)}, not {describe_value(value)}",
        Label(value.span),
        help=() if fix else advise_example(option),
        fix=fix,
    )


def unfit_value(option: Option, span: Span, expectation: str) -> Diagnostic:
    """The finding that the value of an option is not one that it takes."""
    message, help_ = f"`{option.name}` takes {expectation}", advise_example(option)
    return Diagnostic(UNFIT_VALUE, message, Label(span), help=help_)


def advise_example(option: Option) -> tuple[str, ...]:
    """A value that the option takes, as a way out."""
    return (f"for example `{spell_example(option)}`",)


def too_new(feature: str, since: str, target: str, span: Span) -> Diagnostic:
    """The finding that the target Spark does not have `what` yet."""
    return Diagnostic(
        TOO_NEW,
        f"{feature} came with Spark {since}; this pipeline is compiled for Spark {target}",
        Label(span, f"needs Spark {since}"),
        help=(f"compile for Spark {since} or later, or leave it out",),
    )


def _type_edits(option: Option, value: OptionValue, item: bool) -> tuple[Edit, ...]:
    """The edit that gives the value the right type, where there is exactly one."""
    kind, span = option.type.kind, value.span
    if option.type.shape is Shape.LIST and not item and not isinstance(value, ListOf):
        start, end = Span(span.path, span.start, span.start), Span(span.path, span.end, span.end)
        return Edit(start, "["), Edit(end, "]")
    match value:
        case Word(text) if kind is ValueKind.BOOLEAN and text.casefold() in _BOOLEANS:
            return (Edit(span, _BOOLEANS[text.casefold()]),)
        case Word(text) if kind is ValueKind.TRIGGER and text.replace("_", "").lower() in _TRIGGERS:
            return (Edit(span, _TRIGGERS[text.replace("_", "").lower()]),)
        case Text(plain=str(text)) if kind is ValueKind.TRIGGER and _DURATION.fullmatch(text):
            return (Edit(span, f"every {text}"),)
        case Duration() if kind is ValueKind.TRIGGER:
            return (Edit(Span(span.path, span.start, span.start), "every "),)
        case Word(text) | Number(text) if kind in {
            ValueKind.STRING,
            ValueKind.CHAR,
            ValueKind.DATETIME_PATTERN,
        }:
            return (Edit(span, f'"{text}"'),)
        case Boolean(flag) if kind is ValueKind.STRING:
            return (Edit(span, f'"{str(flag).lower()}"'),)
        case Text(plain=str(text)) if _is_unquotable(kind, text):
            return (
                Edit(span, text.strip().lower() if kind is ValueKind.BOOLEAN else text.strip()),
            )
        case _:
            return ()


def _is_unquotable(kind: ValueKind, text: str) -> bool:
    bare = text.strip()
    match kind:
        case ValueKind.BOOLEAN:
            return bare.lower() in {"true", "false"}
        case ValueKind.INTEGER:
            return bare.isascii() and bare.removeprefix("-").isdigit()
        case ValueKind.NUMBER:
            return bare.isascii() and bare.removeprefix("-").replace(".", "", 1).isdigit()
        case ValueKind.SCHEMA:
            return bare.isascii() and bare.isidentifier()
        case _:
            return False
