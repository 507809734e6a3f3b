"""Text that meets numbers: Spark reads the whole column as numbers, or compares it as text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.implicit_casts import find_implicit_casts, find_tried_casts
from ssbt.compiler.resolve.traps.joined_conditions import is_joined_condition
from ssbt.compiler.resolve.traps.text_orders import find_written, is_number_text
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    STRING,
    ArrayType,
    BooleanType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    MapType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    YearMonthIntervalType,
)

TEXT_READ_AS_NUMBER = Code(
    "SSBT0439",
    "Text compared with numbers or dates",
    """\
When you compare a text with a number or a date, Spark casts the text to BIGINT or DOUBLE in every
row. The first text that is not a number stops the job, and keys that differ as text may be equal as
numbers, or the other way round. Without ANSI mode such rows become null and match nothing.

| in Spark 4.1 | gives |
|---|---|
| `'007' = 7` | `true` |
| `' 7 ' = 7` | `true` |
| `'9007199254740993' = 9007199254740992D` | `true` |

Say which you mean: `cast(code as bigint) = id` compares numbers, `code = cast(id as string)`
compares text, and `try_cast` is for texts of which some are not numbers.
""",
    wrong=example(steps="|> where status = 7"),
    right=example(steps="|> where status = '7'"),
    severity=Severity.WARNING,
)

NUMBERS_AS_TEXT = Code(
    "SSBT0452",
    "Numbers compared as text",
    """\
Both sides are strings, so Spark compares them character by character: 10 comes before 9, and a
minus or a space comes before all digits.

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

_TIMES = (DateType, TimestampType, TimestampNTZType)
# Functions whose arguments become of one type.
_MEETING = ("array", "coalesce", "equal_null", "ifnull", "if", "map", "nullif", "nvl", "nvl2")

TAKES = (e.Binary, e.Between, e.Call, e.Case, e.InList, e.IsDistinctFrom, e.Subscript, e.Unary)
_READABLE = (
    *(BooleanType, NumericType, DateType, TimestampType, TimestampNTZType, TimeType),
    *(DayTimeIntervalType, YearMonthIntervalType, CalendarIntervalType),
)
_NOW = ("current_date", "curdate", "current_timestamp", "now", "localtimestamp")
# Calls whose name says that they read a text.
_READING = frozenset(
    {
        *("to_date", "to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz", "to_time", "date"),
        *("try_to_date", "try_to_timestamp", "try_to_time", "timestamp", "unix_timestamp"),
        *("to_unix_timestamp", "bigint", "binary", "boolean", "decimal", "double", "float"),
        *("int", "smallint", "tinyint", "time"),
    }
)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    yield from _check_order(node, view)
    reported: set[int] = set()
    for text, target in chain(find_implicit_casts(node, view), find_tried_casts(node, view)):
        if id(text) in reported or not _is_read(text, target, node, view):
            continue
        # Last, because it looks through the whole expression.
        if is_joined_condition(text, view):
            continue
        reported.add(id(text))
        yield _build_read_diagnostic(text, target, _find_counterpart(text, node, view), view)


def _check_order(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`code > '9'`."""
    for operator, left, right in comparisons(node):
        for text, counterpart in ((left, right), (right, left)):
            if view.data_type(text) != STRING or view.is_constant(text):
                continue
            if operator not in ("<", "<=", ">", ">=") or not is_number_text(counterpart, view):
                continue
            written = find_written(text, view)
            if written is None or written.kind == "number":
                yield _build_order_diagnostic(text, counterpart, view)
                return


def _is_read(
    text: e.Expression, target: DataType, node: e.Expression, view: ExpressionView
) -> bool:
    """Whether Spark makes something else of a text, row by row, and nobody stated."""
    if not reads_text(view.data_type(text), target) or view.is_constant(text):
        return False
    if isinstance(node, e.Call):
        return function_name(node) not in _READING
    if isinstance(node, e.Binary | e.Between | e.InList) and isinstance(target, _TIMES):
        # Beside `date '2026-01-01'`, which says its type, a date is meant.
        others = [each for each in _operands(node) if view.data_type(each) != STRING]
        return not all(_is_written_time(each, view) for each in others)
    return True


def _is_written_time(node: e.Expression, view: ExpressionView) -> bool:
    is_time = isinstance(view.data_type(node), _TIMES)
    return is_time and view.is_constant(node) and not _is_now(node)


def reads_text(source: DataType, target: DataType) -> bool:
    """Whether a cast makes numbers, dates or truth values of a text, also inside it."""
    match source, target:
        case StringType(), _:
            return isinstance(target, _READABLE)
        case ArrayType(), ArrayType():
            return reads_text(source.element, target.element)
        case MapType(), MapType():
            return reads_text(source.key, target.key) or reads_text(source.value, target.value)
        case StructType(), StructType():
            pairs = zip(source.fields, target.fields, strict=False)
            return any(reads_text(before.type, after.type) for before, after in pairs)
    return False


def _operands(node: e.Expression) -> list[e.Expression]:
    """The parts of a node that meet each other."""
    match node:
        case e.Binary(left=left, right=right) | e.IsDistinctFrom(left=left, right=right):
            return [left, right]
        case e.Between(operand=operand, low=low, high=high):
            return [operand, low, high]
        case e.InList(operand=operand, items=items):
            return [operand, *items]
        case e.Case(operand=operand, branches=branches, otherwise=otherwise):
            compared = [operand, *(choice for choice, _ in branches)] if operand else []
            results = [*(value for _, value in branches), *([otherwise] if otherwise else [])]
            return [*compared, *results]
        case e.Call():
            parts = operands(node)[function_name(node) in ("if", "nvl2") :]
            return [each for each in parts if not isinstance(each, e.Star | e.Lambda)]
    return []


def _find_counterpart(
    text: e.Expression, node: e.Expression, view: ExpressionView
) -> e.Expression | None:
    """What the text meets: the first part that is no text."""
    if isinstance(node, e.Call) and function_name(node) not in _MEETING:
        return None
    source = view.data_type(text)
    parts = [each for each in _operands(node) if each is not text]
    return next((each for each in parts if reads_text(source, view.data_type(each))), None)


def _is_now(node: e.Expression) -> bool:
    inner = without_parentheses(node)
    return isinstance(inner, e.Call) and function_name(inner) in _NOW


def _build_read_diagnostic(
    text: e.Expression, target: DataType, counterpart: e.Expression | None, view: ExpressionView
) -> Diagnostic:
    column = ssbt_text(text)
    number = target if counterpart is None else view.data_type(counterpart)
    type_text = "a number" if isinstance(number, NumericType) else f"a {number.sql}"
    message = f"`{column}` is text, and Spark reads it as {type_text} in every row"
    if counterpart is None:
        type_name = "decimal(18,2)" if number == DOUBLE else number.sql
        help_ = (f"say so: `cast({column} as {type_name})`, `try_cast(…)` where some are none",)
        return Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span), (), help_)
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
    own = f"{view.data_type(text).sql} here"
    return Diagnostic(TEXT_READ_AS_NUMBER, message, Label(text.span, own), also, help_)


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
