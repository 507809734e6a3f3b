"""Formats of `format_string` whose places do not take the values that they are given."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    BinaryType,
    BooleanType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    StringType,
)

UNPRINTABLE = Code(
    "SSBT0468",
    "A format that does not fit its values",
    """\
The format of `format_string` and `printf` is that of Java, which converts nothing: `%d` takes a
whole number, `%f` and `%e` a FLOAT or DOUBLE, no DECIMAL and no whole number, and `%s` anything.
Each place needs a value, and a plain `%` is written `%%`. Otherwise the job fails with the first
row.

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
_PLACE = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(\.\d+)?([tT])?(.)?", re.DOTALL)
_WHOLE, _FLOATING, _ANY = "doxX", "eEfgGaA", "sSbBhHcC"
_KNOWN = (BinaryType, BooleanType, DecimalType, DoubleType, FloatType, IntegralType, StringType)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    text = view.text(parts[0]) if function_name(node) in _NAMES and parts else None
    if text is None:
        return
    following = 0
    for placeholder in _PLACE.finditer(text):
        sign, letter = placeholder[0], placeholder[6] or ""
        if letter in ("%", "n") or placeholder[5]:
            continue
        if not letter or letter not in _WHOLE + _FLOATING + _ANY:
            yield _build_diagnostic(
                parts[0], f"`{sign}` is no place of a format", "a plain `%` is `%%`"
            )
            return
        if placeholder[4] and letter in _WHOLE:
            help_ = f"a whole number has no digits behind the point: `%{letter}`"
            yield _build_diagnostic(parts[0], f"`{sign}` is no place of a format", help_)
            return
        if "<" in placeholder[2]:
            continue
        following += not placeholder[1]
        number = int(placeholder[1]) if placeholder[1] else following
        if number >= len(parts):
            help_ = "add it, or write `%%` for a plain `%`"
            yield _build_diagnostic(parts[0], f"there is no value for `{sign}`", help_)
            return
        yield from _check_value(parts[number], sign, letter, view)


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
        return isinstance(type_, IntegralType)
    if letter in _FLOATING:
        return isinstance(type_, FloatType | DoubleType)
    return letter not in "cC" or isinstance(type_, IntegralType)


def _build_diagnostic(part: e.Expression, message: str, help_: str) -> Diagnostic:
    return Diagnostic(UNPRINTABLE, message, Label(part.span), (), (help_,))
