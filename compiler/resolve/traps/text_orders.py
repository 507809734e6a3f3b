"""Dates and numbers that were made text and are then put in order, letter by letter."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.text_forms import ISO_DATE, ISO_TIME, has_form, is_in_order
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    STRING,
    DateType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.written_values import WrittenValue

TEXT_ORDER = Code(
    "SSBT0487",
    "The order of dates or numbers as text",
    """\
Text is sorted character by character. That gives the order of dates only if the largest unit comes
first and each unit has all of its digits, as in `yyyy-MM-dd`; it never gives the order of numbers.
A constant that you compare with such a date needs the same form.

| in Spark 4.1 | gives |
|---|---|
| `date_format(date '2026-01-02', 'dd.MM.yyyy') > '01.12.2026'` | `true` |
| `string(date '2026-01-02') > '2026-1-1'` | `false` |
| `string(timestamp '2026-01-31 08:00:00') <= '2026-01-31'` | `false` |
| `greatest(date_format(date '2026-01-01', 'MMM'), date_format(date '2026-04-01', 'MMM'))` | `Jan` |
| `concat(year(date '2026-02-01'), '-', month(date '2026-02-01')) > '2026-12'` | `true` |
| `format_number(200, 2) > '1000'` | `true` |
| `greatest(string(9), string(10))` | `9` |
| `date_format(date '2026-01-02', 'yyyy-MM-dd') > '2025-12-01'` | `true` |

Compare and sort the dates and numbers themselves, and turn them into text afterwards. The rule also
follows a column that an earlier step has turned into text.
""",
    wrong=example(steps="|> where date_format(placed_on, 'dd.MM.yyyy') > '01.12.2025'"),
    right=example(steps="|> where placed_on > '2025-12-01'"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.Call)
_ORDERS = ("<", "<=", ">", ">=")
# The functions that put their first argument in order, or all of theirs, or their second.
_FIRST = ("max", "min", "array_max", "array_min", "array_sort", "sort_array")
_ALL = ("greatest", "least")
_SECOND = ("max_by", "min_by")
_FORMATTING = ("date_format", "from_unixtime", "to_char", "to_varchar")
# What gives texts in the order of its first argument's, and what gives that of a number as it is.
_KEEPING = ("upper", "ucase", "lower", "lcase", "trim", "coalesce", "nvl", "ifnull")
_TEXTS = ("string",)
_PARTS = ("year", "quarter", "month", "day", "dayofmonth", "weekofyear", "dayofyear", "hour")
_TIMES = (DateType, TimestampType, TimestampNTZType)
# Four digits may be a year, and a zero in front a code of a fixed length.
_NUMBER = lazy_pattern(r"-?(?!0\d)(?:\d{1,3}|\d{5,9})(?:\.\d+)?")
# A date with its day or month first, or without its zeros.
_DISORDERED = lazy_pattern(
    r"\d{1,2}([./-])\d{1,2}\1\d{4}(?:\D.*)?"
    r"|\d{4}([./-])(?:\d(?!\d)\2\d{1,2}|\d{1,2}\2\d(?!\d))(?:\D.*)?",
    re.DOTALL,
)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    for operator, left, right in comparisons(node):
        if operator in _ORDERS:
            yield from _check_compared(operator, left, right, view)
    if isinstance(node, e.Call):
        yield from _check_call(node, view)


def check_sort_key(
    key: e.Expression, view: ExpressionView, *, is_first: bool = True
) -> Iterator[Diagnostic]:
    """A key of an order that is a text of another order.

    A number that a step before has made text may decide between equals, behind other keys.
    """
    written = find_written(key, view)
    if written is None or not written.is_disordered:
        return
    if is_first or written.kind != "number" or not view.whole_column(key):
        yield _build_diagnostic(key, written, "sorts")


def _check_call(node: e.Call, view: ExpressionView) -> Iterator[Diagnostic]:
    name, parts = function_name(node), operands(node)
    for sort_keys in (node.within_group, node.window.order if node.window else ()):
        for index, key in enumerate(sort_keys):
            yield from check_sort_key(key.value, view, is_first=index == 0)
    keys: list[e.Expression] = []
    if name in _ALL:
        keys = parts
    elif name in (*_FIRST, *_SECOND) and len(parts) > (name in _SECOND):
        keys = [parts[name in _SECOND]]
    for value in keys:
        yield from check_sort_key(_element_of(value), view)


def _element_of(node: e.Expression) -> e.Expression:
    """What an array has as elements where it is made here: by `transform` or `collect_list`."""
    inner = without_parentheses(node)
    if isinstance(inner, e.Call) and operands(inner):
        name, parts = function_name(inner), operands(inner)
        if name in ("array", "collect_list", "collect_set", "array_agg"):
            return _element_of(parts[0])
        if name == "transform" and isinstance(parts[-1], e.Lambda):
            return parts[-1].body
    return node


def _check_compared(
    operator: str, left: e.Expression, right: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    for text, counterpart, direction in (
        (left, right, operator),
        (right, left, operator.translate(str.maketrans("<>", "><"))),
    ):
        if not isinstance(view.data_type(text), StringType) or view.is_constant(text):
            continue
        if not isinstance(view.data_type(counterpart), StringType):
            continue
        written, constant = find_written(text, view), view.text(counterpart)
        if written is not None and written.is_disordered:
            # A number as text beside `'9'` is SSBT0452, which has a fix.
            if written.kind != "number" or not is_number_text(counterpart, view):
                yield _build_diagnostic(text, written, "is compared")
            return
        if constant is None:
            continue
        pattern = None if written is None else written.pattern
        if written and pattern and not has_form(constant, pattern, direction):
            message = f"`{ssbt_text(text)}` is text of the form `{pattern}`, and this is not"
            help_ = (f"compare dates: `{written.source}` with a date or timestamp",)
            yield Diagnostic(TEXT_ORDER, message, Label(counterpart.span), (), help_)
            return
        if _DISORDERED.fullmatch(constant):
            message = f"`{ssbt_text(text)}` is text, so this goes letter by letter, not by the date"
            help_ = ("read the date, `to_date(…, 'dd.MM.yyyy')`, or write it as yyyy-MM-dd",)
            yield Diagnostic(TEXT_ORDER, message, Label(counterpart.span), (), help_)
            return


def find_written(node: e.Expression, view: ExpressionView) -> WrittenValue | None:
    """What the texts of an expression show; None if they are other texts."""
    inner = without_parentheses(node)
    if view.data_type(inner) != STRING or view.is_constant(inner):
        return None
    if isinstance(inner, e.ColumnName):
        column = view.whole_column(inner)
        # The callers of a transform differ in their columns.
        in_transform = view.evaluator.typer.context.in_transform
        return None if column is None or in_transform else column.written
    if isinstance(inner, e.Cast):
        return _find_cast(inner.operand, view)
    if isinstance(inner, e.Binary) and inner.operator == "||":
        return _find_joined_units([inner.left, inner.right], view)
    if not isinstance(inner, e.Call) or not operands(inner):
        return None
    return _find_formatted(function_name(inner), operands(inner), view)


def _find_formatted(
    name: str, parts: list[e.Expression], view: ExpressionView
) -> WrittenValue | None:
    source = ssbt_text(parts[0])
    if name in ("concat", "concat_ws"):
        return _find_joined_units(parts, view)
    if name in _KEEPING:
        return find_written(parts[0], view)
    if name == "string" and len(parts) == 1:
        return _find_cast(parts[0], view)
    if name == "format_number":
        return WrittenValue("digits", source)
    if name not in _FORMATTING:
        return None
    if name in ("to_char", "to_varchar") and isinstance(view.data_type(parts[0]), NumericType):
        return WrittenValue("digits", source)
    if len(parts) != 2:
        return WrittenValue("time", source, ISO_TIME) if name == "from_unixtime" else None
    pattern = view.text(parts[1])
    if pattern is None or not isinstance(view.data_type(parts[0]), (*_TIMES, NumericType)):
        return None
    return WrittenValue("date", source, pattern if is_in_order(pattern) else None)


def _find_joined_units(parts: list[e.Expression], view: ExpressionView) -> WrittenValue | None:
    """`month(d) || '/' || year(d)`, where the order is not that of the dates."""
    units: list[str] = []
    source = ""
    waiting = list(reversed(parts))
    while waiting:
        part = without_parentheses(waiting.pop())
        if isinstance(part, e.Binary) and part.operator == "||":
            waiting += [part.right, part.left]
        elif not view.is_constant(part):
            unit = _find_unit(part, view)
            if unit is None:
                return None
            units.append(unit[0])
            source = source or unit[1]
    # A month has one digit or two, a year four, and a quarter one.
    if len(units) < 2 or units == ["year", "quarter"]:
        return None
    return WrittenValue("date", source)


def _find_unit(node: e.Expression, view: ExpressionView) -> tuple[str, str] | None:
    """The unit that a number is of a date, such as `month(d)`, and the date."""
    while isinstance(node, e.Cast) or (isinstance(node, e.Call) and function_name(node) in _TEXTS):
        inner = node.operand if isinstance(node, e.Cast) else operands(node)[0]
        node = without_parentheses(inner)
    if isinstance(node, e.Call) and len(operands(node)) == 1 and function_name(node) in _PARTS:
        operand = operands(node)[0]
        if isinstance(view.data_type(operand), _TIMES):
            return function_name(node), ssbt_text(operand)
    return None


def _find_cast(operand: e.Expression, view: ExpressionView) -> WrittenValue | None:
    source = ssbt_text(operand)
    match view.data_type(operand):
        case NumericType():
            return WrittenValue("number", source)
        case DateType():
            return WrittenValue("date", source, ISO_DATE)
        case TimestampType() | TimestampNTZType():
            return WrittenValue("time", source, ISO_TIME)
    return None


def is_number_text(node: e.Expression, view: ExpressionView) -> bool:
    """Whether a constant string looks like a number."""
    constant = view.text(node) if isinstance(without_parentheses(node), e.StringLiteral) else None
    return constant is not None and _NUMBER.fullmatch(constant) is not None


def _build_diagnostic(node: e.Expression, written: WrittenValue, verb: str) -> Diagnostic:
    is_number = written.kind in ("number", "digits")
    goes = "is not the order of numbers" if is_number else "is not the order of the dates"
    message = f"`{ssbt_text(node)}` {verb} letter by letter, which {goes}"
    if is_number:
        help_ = f"take the number itself: `{written.source}`"
    else:
        iso = quote(ISO_DATE)
        help_ = f"take `{written.source}` itself, or a pattern such as {iso}"
    return Diagnostic(TEXT_ORDER, message, Label(node.span), (), (help_,))
