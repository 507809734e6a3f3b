"""Text that meets numbers: Spark reads the whole column as numbers, or compares it as text."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    quote,
    without_parentheses,
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
_NUMBER = lazy_pattern(r"-?(?!0\d)(?:\d{1,3}|\d{5,9})(?:\.\d+)?")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    yield from _check_summed(node, view)
    for text, counterpart in _find_computed_text(node, view):
        yield _build_read_diagnostic(text, counterpart, view)
    for operator, left, right in comparisons(node):
        for text, counterpart in ((left, right), (right, left)):
            if view.data_type(text) != STRING or isinstance(
                without_parentheses(text), e.StringLiteral
            ):
                continue
            if view.is_constant(text):
                continue
            if _is_read_from_text(counterpart, view):
                yield _build_read_diagnostic(text, counterpart, view)
                return
            if operator in ("<", "<=", ">", ">=") and _is_number(counterpart, view):
                yield _build_order_diagnostic(text, counterpart, view)
                return


def _find_computed_text(
    node: e.Expression, view: ExpressionView
) -> Iterator[tuple[e.Expression, e.Expression]]:
    """Text that becomes a number in arithmetic or beside the other branches."""
    parts: list[e.Expression] = []
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _ARITHMETIC:
            parts = [left, right]
        case e.Call() if function_name(node) in _CHOOSING:
            parts = operands(node)
        case e.Case(branches=branches, otherwise=otherwise):
            parts = [value for _, value in branches] + ([otherwise] if otherwise else [])
    if not isinstance(view.data_type(node), NumericType):
        return
    numbers = [part for part in parts if isinstance(view.data_type(part), NumericType)]
    for part in parts:
        if numbers and view.data_type(part) == STRING and not view.is_constant(part):
            yield part, numbers[0]


def _check_summed(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`sum(text)`, which Spark reads as DOUBLE in every row."""
    if not isinstance(node, e.Call) or function_name(node) not in _SUMMING or not node.arguments:
        return
    text = node.arguments[0].value
    if view.data_type(text) == STRING and not view.is_constant(text):
        column = ssbt_text(text)
        message = f"`{column}` is text, which `{function_name(node)}` reads as a DOUBLE"
        help_ = f"say which number it is: `cast({column} as decimal(18,2))`, `try_cast(…)`"
        yield Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span), (), (help_,))


def _is_read_from_text(counterpart: e.Expression, view: ExpressionView) -> bool:
    """Whether what text is compared with makes Spark cast the text, row by row."""
    type_ = view.data_type(counterpart)
    is_time = isinstance(type_, DateType | TimestampType | TimestampNTZType)
    return isinstance(type_, NumericType) or (
        is_time and (not view.is_constant(counterpart) or _is_now(counterpart))
    )


def _is_now(node: e.Expression) -> bool:
    inner = without_parentheses(node)
    return isinstance(inner, e.Call) and function_name(inner) in _NOW


def _is_number(node: e.Expression, view: ExpressionView) -> bool:
    constant = view.text(node) if isinstance(without_parentheses(node), e.StringLiteral) else None
    return constant is not None and _NUMBER.fullmatch(constant) is not None


def _build_read_diagnostic(
    text: e.Expression, counterpart: e.Expression, view: ExpressionView
) -> Diagnostic:
    column, number = ssbt_text(text), view.data_type(counterpart)
    type_text = "a number" if isinstance(number, NumericType) else f"a {number.sql}"
    message = f"`{column}` is text, and Spark reads it as {type_text} in every row"
    literal = without_parentheses(counterpart)
    if isinstance(literal, e.NumberLiteral) and literal.text.isdigit():
        replacement = quote(literal.text)
        help_ = (
            f"compare text with text: {replacement}; or read it: `cast({column} as {number.sql})`",
        )
        return Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span), (), help_)
    help_ = (
        f"say which is meant: `cast({column} as {number.sql})`, `try_cast(…)` where some are none, "
        f"or `cast({ssbt_text(counterpart)} as string)`",
    )
    also = (Label(counterpart.span, f"{number.sql} here"),)
    return Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span, "STRING here"), also, help_)


def _build_order_diagnostic(
    text: e.Expression, counterpart: e.Expression, view: ExpressionView
) -> Diagnostic:
    constant = view.text(counterpart) or ""
    column = ssbt_text(text)
    type_name = "double" if "." in constant else "int"
    message = f"`{column}` is text, so this goes letter by letter: '10' comes before '9'"
    replacement = f"cast({column} as {type_name})"
    fix = (Edit(text.span, replacement), Edit(counterpart.span, constant))
    help_ = (f"compare numbers: `{replacement}` with `{constant}`",)
    return Diagnostic(NUMBERS_AS_TEXT, message, Label(text.span), (), help_, fix)
