"""Text that meets numbers: Spark reads the whole column as numbers, or compares it as text."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.view import (
    View,
    bare,
    comparisons,
    function_name,
    operands,
    quoted,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    STRING,
    DateType,
    NumericType,
    TimestampNTZType,
    TimestampType,
)

TEXT_READ_AS_NUMBER = Code(
    "SSBT0439",
    "Text that meets numbers or dates",
    """\
Beside a number or a date, Spark casts the text to BIGINT or DOUBLE, in every row: the first one
that is no number stops the job, and keys that differ as text are the same number, or the other way
round. Without ANSI mode such rows are null and match nothing.

| in Spark 4.1 | gives |
|---|---|
| `'007' = 7` | `true` |
| `' 7 ' = 7` | `true` |
| `'9007199254740993' = 9007199254740992D` | `true` |

Say which is meant: `cast(code as bigint) = id` for numbers, `code = cast(id as string)` for text,
and `try_cast` where some are no numbers.
""",
    wrong=example(steps="|> where status = 7"),
    right=example(steps="|> where status = '7'"),
    severity=Severity.WARNING,
)

NUMBERS_AS_TEXT = Code(
    "SSBT0452",
    "Numbers compared as text",
    """\
Both sides are strings, so they are compared letter by letter: 10 comes before 9, and a minus or a
blank before all digits.

| in Spark 4.1 | gives |
|---|---|
| `'10' < '9'` | `true` |
| `'100' > '20'` | `false` |
| `cast('100' as int) > 20` | `true` |
""",
    wrong=example(steps="|> where status > '9'"),
    right=example(steps="|> where cast(status as int) > 9"),
    severity=Severity.WARNING,
)

READ_FROM_TEXT = (NumericType, DateType, TimestampType, TimestampNTZType)

TAKES = (e.Binary, e.Between, e.InList, e.Call, e.Case)
_ARITHMETIC = ("+", "-", "*", "/", "%", "div")
_SUMMING = (
    *("sum", "avg", "mean", "stddev", "std", "variance", "skewness", "kurtosis", "median"),
    *("percentile", "stddev_pop", "stddev_samp", "var_pop", "var_samp", "try_sum", "try_avg"),
)
_NOW = ("current_date", "curdate", "current_timestamp", "now", "localtimestamp")
_CHOOSING = ("coalesce", "nvl", "ifnull")
# Four digits may be a year, and a zero in front a code of a fixed length.
_NUMBER = re.compile(r"-?(?!0\d)(?:\d{1,3}|\d{5,9})(?:\.\d+)?")


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    yield from _summed(node, view)
    for text, other in _computed(node, view):
        yield _read_as_number(text, other, view)
    for operator, left, right in comparisons(node):
        for text, other in ((left, right), (right, left)):
            if view.type(text) != STRING or isinstance(bare(text), e.StringLiteral):
                continue
            if view.is_constant(text):
                continue
            if _reads_text(other, view):
                yield _read_as_number(text, other, view)
                return
            if operator in ("<", "<=", ">", ">=") and _is_number(other, view):
                yield _ordered_as_text(text, other, view)
                return


def _computed(node: e.Expression, view: View) -> Iterator[tuple[e.Expression, e.Expression]]:
    """Text that becomes a number in arithmetic or beside the other branches."""
    parts: list[e.Expression] = []
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _ARITHMETIC:
            parts = [left, right]
        case e.Call() if function_name(node) in _CHOOSING:
            parts = operands(node)
        case e.Case(branches=branches, otherwise=otherwise):
            parts = [value for _, value in branches] + ([otherwise] if otherwise else [])
    if not isinstance(view.type(node), NumericType):
        return
    numbers = [part for part in parts if isinstance(view.type(part), NumericType)]
    for part in parts:
        if numbers and view.type(part) == STRING and not view.is_constant(part):
            yield part, numbers[0]


def _summed(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    """`sum(text)`, which Spark reads as DOUBLE in every row."""
    if not isinstance(node, e.Call) or function_name(node) not in _SUMMING or not node.arguments:
        return
    text = node.arguments[0].value
    if view.type(text) == STRING and not view.is_constant(text):
        named = ssbt_text(text)
        message = f"`{named}` is text, which `{function_name(node)}` reads as a DOUBLE"
        help_ = f"say which number it is: `cast({named} as decimal(18,2))`, `try_cast(…)`"
        yield Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span), (), (help_,))


def _reads_text(other: e.Expression, view: View) -> bool:
    """Whether what text is compared with makes Spark cast the text, row by row."""
    type_ = view.type(other)
    is_time = isinstance(type_, DateType | TimestampType | TimestampNTZType)
    return isinstance(type_, NumericType) or (
        is_time and (not view.is_constant(other) or _is_now(other))
    )


def _is_now(node: e.Expression) -> bool:
    inner = bare(node)
    return isinstance(inner, e.Call) and function_name(inner) in _NOW


def _is_number(node: e.Expression, view: View) -> bool:
    constant = view.text(node) if isinstance(bare(node), e.StringLiteral) else None
    return constant is not None and _NUMBER.fullmatch(constant) is not None


def _read_as_number(text: e.Expression, other: e.Expression, view: View) -> Diagnostic:
    named, number = ssbt_text(text), view.type(other)
    what = "a number" if isinstance(number, NumericType) else f"a {number.sql}"
    message = f"`{named}` is text, and Spark reads it as {what} in every row"
    literal = bare(other)
    if isinstance(literal, e.NumberLiteral) and literal.text.isdigit():
        right = quoted(literal.text)
        help_ = (f"compare text with text: {right}; or read it: `cast({named} as {number.sql})`",)
        return Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span), (), help_)
    help_ = (
        f"say which is meant: `cast({named} as {number.sql})`, `try_cast(…)` where some are none, "
        f"or `cast({ssbt_text(other)} as string)`",
    )
    also = (Label(other.span, f"{number.sql} here"),)
    return Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span, "STRING here"), also, help_)


def _ordered_as_text(text: e.Expression, other: e.Expression, view: View) -> Diagnostic:
    constant = view.text(other) or ""
    named = ssbt_text(text)
    kind = "double" if "." in constant else "int"
    message = f"`{named}` is text, so this goes letter by letter: '10' comes before '9'"
    right = f"cast({named} as {kind})"
    fix = (Edit(text.span, right), Edit(other.span, constant))
    help_ = (f"compare numbers: `{right}` with `{constant}`",)
    return Diagnostic(NUMBERS_AS_TEXT, message, Label(text.span), (), help_, fix)
