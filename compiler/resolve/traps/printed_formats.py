"""Formats of `format_string` whose places do not take the values that they are given."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    IntegralType,
    LongType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.whole_numbers import parse_whole

UNPRINTABLE = Code(
    "SSBT0468",
    "A format that does not fit its values",
    """\
`format_string` and `printf` use Java's format, which converts nothing: `%d` takes a whole number,
`%f` and `%e` take a FLOAT or DOUBLE but no DECIMAL or whole number, and `%s` takes anything. Each
placeholder needs a value; write a plain `%` as `%%`. Otherwise the job fails at the first row.

| in Spark 4.1 | gives |
|---|---|
| `format_string('%.2f', cast(2 as double))` | `2.00` |
| `format_string('%s of %d%%', 'half', 100)` | `half of 100%` |
| `format_number(2, 2)` | `2.00` |
""",
    wrong=example(steps="|> extend format_string('%.2f', amount) as text"),
    right=example(steps="|> extend format_string('%.2f', cast(amount as double)) as text"),
)

TAKES = (e.Call,)
_NAMES = ("format_string", "printf")
_PLACE = lazy_pattern(r"%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(\.\d+)?([tT])?(.)?", re.DOTALL)
_WHOLE, _FLOATING, _ANY = "doxX", "eEfgGaA", "sSbBhHcC"
# Letters, and the flags that they do not take; `#` of `%s` is for what formats itself.
_REFUSED_FLAGS = (
    *(("d", "#"), ("ox", ","), ("eE", ","), ("gG", "#"), ("aA", "(,")),
    *(("sSbBhH", "#+ 0,("), ("cC", "#+ 0,(")),
)
# Spark gives these to Java as whole numbers.
_CHARACTERS = (ByteType, DateType, IntegerType, ShortType)
_WHOLES = (IntegralType, DateType, TimestampType, TimestampNTZType)
_KNOWN = (
    *(BinaryType, BooleanType, DecimalType, DoubleType, FloatType, StringType),
    *(*_WHOLES, ArrayType, MapType, StructType),
)
# `%tY` and its like take the microseconds for milliseconds, but they do not fail.
_TIMES = (LongType, TimestampType, TimestampNTZType)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    text = view.text(parts[0]) if function_name(node) in _NAMES and parts else None
    if text is None:
        return
    following = 0
    for place in _PLACE.finditer(text):
        problem = _find_problem(place)
        if problem is not None:
            yield _build_diagnostic(parts[0], f"`{place[0]}` is no place of a format", problem)
            return
        if place[6] in ("%", "n"):
            continue
        if "<" in place[2]:
            if not following and "$" not in text:
                message = f"there is no value before `{place[0]}`"
                yield _build_diagnostic(parts[0], message, "give it a number")
                return
            continue
        following += not place[1]
        number = parse_whole(place[1]) if place[1] else following
        if not number or number >= len(parts):
            yield _diagnose_number(parts[0], number, place[0])
            return
        letter = "t" if place[5] else place[6]
        yield from _check_value(parts[number], place[0], letter, view)


def _find_problem(place: re.Match[str]) -> str | None:
    """The way out of a place that takes no value at all; None where it takes one."""
    letter = place[6] or ""
    if letter in ("%", "n"):
        return "write `%n`" if letter == "n" and (place[2] or place[3]) else None
    if place[5]:
        return None
    if not letter or letter not in _WHOLE + _FLOATING + _ANY:
        return "a plain `%` is `%%`"
    if place[4] and letter in _WHOLE:
        return f"a whole number has no digits after the point: `%{letter}`"
    return _find_flags_problem(place)


def _diagnose_number(format_: e.Expression, number: int | None, sign: str) -> Diagnostic:
    """A place whose number is that of no value."""
    if number == 0:
        help_ = "values are counted from 1: `%1$s`"
        return _build_diagnostic(format_, f"`{sign}` is no value", help_)
    help_ = "add it, or write `%%` for a plain `%`"
    return _build_diagnostic(format_, f"there is no value for `{sign}`", help_)


def _find_flags_problem(place: re.Match[str]) -> str | None:
    """What the flags of a place do not go with, as Java's `Formatter` has it."""
    flags, width, letter = place[2], place[3], place[6]
    if len(set(flags)) < len(flags):
        return "a flag is written once"
    if ("-" in flags or "0" in flags) and width is None:
        return "`-` and `0` fill a width, which follows them: `%-8s`, `%08d`"
    if {"-", "0"} <= set(flags) or {"+", " "} <= set(flags):
        return "one flag is the opposite of the other"
    for signs, letters in _REFUSED_FLAGS:
        if letter in signs and set(flags) & set(letters):
            return f"`%{letter}` takes none of the flags `{' '.join(letters)}`"
    if letter in "cC" and place[4]:
        return f"`%{letter}` takes no number of digits"
    return None


def _check_value(
    part: e.Expression, sign: str, letter: str, view: ExpressionView
) -> Iterator[Diagnostic]:
    type_ = view.data_type(part)
    if not isinstance(type_, _KNOWN) or view.is_null(part) or _is_printable(type_, letter):
        return
    text = ssbt_text(part)
    message = f"`{sign}` takes no {type_.sql}"
    is_number = isinstance(type_, DecimalType | IntegralType)
    if letter in _FLOATING and is_number:
        correction = f"cast({text} as double)"
        edit = (Edit(part.span, correction),)
        yield Diagnostic(
            UNPRINTABLE, message, Label(part.span), (), (f"write `{correction}`",), edit
        )
    else:
        help_ = "`%s` takes any value, and `format_number` writes numbers with their digits"
        yield _build_diagnostic(part, message, help_)


def _is_printable(type_: DataType, letter: str) -> bool:
    if letter in _WHOLE:
        return isinstance(type_, _WHOLES)
    if letter in _FLOATING:
        return isinstance(type_, FloatType | DoubleType)
    if letter == "t":
        return isinstance(type_, _TIMES)
    return letter not in "cC" or isinstance(type_, _CHARACTERS)


def _build_diagnostic(part: e.Expression, message: str, help_: str) -> Diagnostic:
    return Diagnostic(UNPRINTABLE, message, Label(part.span), (), (help_,))
