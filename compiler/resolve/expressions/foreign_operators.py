"""Operators and words of other languages where values meet: what is written here instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    BooleanType,
    DataType,
    DateType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.predicates import COMPARISONS

Hint = tuple[str, tuple[Edit, ...]]
_LOGICAL = {"&": "and", "|": "or"}
_TIMES = (DateType, TimestampType, TimestampNTZType)
_DATE = lazy_pattern(r"\d{4}-\d{1,2}-\d{1,2}")
_LENGTH = lazy_pattern(r"\s*[+-]?\d+\s+\w+\s*")
_TIMES_OF_DAYS = DateType | TimestampType | TimestampNTZType
_NUMBER = lazy_pattern(
    r"(?i)\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[df]?|nan|inf(?:inity)?)\s*"
)
_FORMAT_FIELD = lazy_pattern(r"%(?!%)[-+ #0-9.]*[a-zA-Z]")


def operator_hint(node: e.Expression, left: Typed, right: Typed | None = None) -> Hint | None:
    """The way out where an operator does not take its operands, if they tell what was meant."""
    if isinstance(node, e.Unary):
        if node.operator == "~" and isinstance(left.type, BooleanType):
            operator_span = Span(node.span.path, node.span.start, node.operand.span.start)
            return "conditions are turned round by `not`", (Edit(operator_span, "not "),)
        if node.operator == "~" and isinstance(left.type, StringType):
            return "a regular expression is compared by `rlike`", ()
        return None
    if not isinstance(node, e.Binary) or right is None:
        return None
    types = left.type, right.type
    if node.operator in COMPARISONS and _is_comparison(node.left):
        return _chain_hint(node)
    if node.operator in ("+", "&") and all(isinstance(each, StringType) for each in types):
        return "texts are joined by `||`", _replace_operator(node, "||")
    if node.operator in _LOGICAL and all(isinstance(each, BooleanType) for each in types):
        operator = _LOGICAL[node.operator]
        return f"conditions are joined by `{operator}`", _replace_operator(node, operator)
    if node.operator in COMPARISONS and {type(each) for each in types} & {BooleanType}:
        return _truth_hint(node, types)
    if any(isinstance(each, _TIMES) for each in types):
        return _date_hint(node) or _interval_hint(node)
    return None


def report_or(node: e.Binary, right: Typed, report: Report) -> bool:
    """Report `a > 1 || b = 'x'`, which compares a condition with a text; whether this is it."""
    match node:
        case e.Binary(left=e.Binary(right=e.Binary(operator="||", left=first, right=second))) if (
            node.operator in COMPARISONS and _is_comparison(node.left)
        ):
            pass
        case _:
            return False
    if right.is_unknown or isinstance(right.type, BooleanType):
        return False
    between = Span(node.span.path, first.span.end, second.span.start)
    help_, fix = "conditions are joined by `or`", (Edit(between, " or "),)
    message = "`||` joins texts, and the comparison before it is compared with what follows"
    report.add(expression_codes.TYPE_MISMATCH, between, message, help=help_, fix=fix)
    return True


def report_text_operator(node: e.Binary, left: Typed, right: Typed, report: Report) -> bool:
    """Report `'%s EUR' % amount` and `'order-' + id`, which compute; whether this is one."""
    texts = [each for each in (node.left, node.right) if isinstance(each, e.StringLiteral)]
    if node.operator not in ("+", "%") or len(texts) != 1:
        return False
    if node.operator == "%":
        return texts[0] is node.left and _report_format(node, texts[0], report)
    other = right if texts[0] is node.left else left
    # A date in a text and an interval make a date.
    if not isinstance(other.type, NumericType | BooleanType | _TIMES_OF_DAYS):
        return False
    if _NUMBER.fullmatch(texts[0].value) or _LENGTH.fullmatch(texts[0].value):
        return False
    message, help_ = (
        f"`+` adds numbers, and {ssbt_text(texts[0])} is a text",
        "texts are joined by `||`",
    )
    fix = _replace_operator(node, "||")
    report.add(expression_codes.TYPE_MISMATCH, node.span, message, help=help_, fix=fix)
    return True


def _report_format(node: e.Binary, template: e.StringLiteral, report: Report) -> bool:
    """`'%s-%s' % (a, b)`."""
    fields = _FORMAT_FIELD.findall(template.value)
    if not fields:
        return False
    right = node.right
    path, end = node.span.path, node.span.end
    is_tuple = isinstance(right, e.Tuple | e.Parenthesised)
    items = right.items if isinstance(right, e.Tuple) else (right,)
    if isinstance(right, e.Parenthesised):
        items = (right.operand,)
    fix: tuple[Edit, ...] = (
        Edit(Span(path, node.span.start, node.span.start), "format_string("),
        Edit(Span(path, template.span.end, items[0].span.start), ", "),
        *(() if is_tuple else (Edit(Span(path, end, end), ")"),)),
    )
    if len(fields) != len(items) or set(fields) - {"%s"}:
        fix = ()
    message = "`%` is the rest of a division, and fills in no text"
    help_ = f"write `format_string({ssbt_text(template)}, …)`"
    report.add(expression_codes.TYPE_MISMATCH, node.span, message, help=help_, fix=fix)
    return True


def _truth_hint(node: e.Binary, types: tuple[DataType, DataType]) -> Hint | None:
    """`qty = true`, where numbers stand for truth."""
    for side, type_ in ((node.left, types[0]), (node.right, types[1])):
        if isinstance(type_, NumericType):
            text = ssbt_text(side)
            return f"a number is compared with a number: `{text} = 1`, or `{text} != 0`", ()
    return None


def condition_hint(node: e.Expression) -> Hint | None:
    """The way out for `(a > 1) || (b = 2)`, which is a text, and for a text or a number alone."""
    while isinstance(node, e.Parenthesised):
        node = node.operand
    if isinstance(node, e.StringLiteral):
        return _quoted_hint(node)
    if isinstance(node, e.ColumnName | e.NumberLiteral):
        text = ssbt_text(node)
        return f"a condition compares: `{text} = …`, `{text} is not null`", ()
    if isinstance(node, e.Binary) and node.operator == "||":
        return "conditions are joined by `or`", join_by_or(joined_operands(node))
    return None


def _quoted_hint(node: e.StringLiteral) -> Hint:
    """`where "amount > 10"`, as data frames have it."""
    from ssbt.compiler.syntax.parsing import parse_expression

    parsed = parse_expression(node.value)
    if isinstance(parsed, e.Binary | e.Is | e.InList | e.Like | e.Between):
        text = node.value.strip()
        return f"a condition takes no quotes: `{text}`", (Edit(node.span, f"({text})"),)
    return "a condition compares: `COLUMN = VALUE`; names take no quotes", ()


def joined_operands(node: e.Expression) -> list[e.Expression]:
    """What `||` joins, from left to right; the expression alone where there is none."""
    operands: list[e.Expression] = []
    while isinstance(node, e.Binary) and node.operator == "||":
        operands.insert(0, node.right)
        node = node.left
    return [node, *operands]


def join_by_or(operands: Sequence[e.Expression]) -> tuple[Edit, ...]:
    """The edits that put `or` between operands that are beside each other."""
    return tuple(
        Edit(Span(left.span.path, left.span.end, right.span.start), " or ")
        for left, right in pairwise(operands)
    )


def _is_comparison(node: e.Expression) -> bool:
    return isinstance(node, e.Binary) and node.operator in COMPARISONS


def _chain_hint(node: e.Binary) -> Hint | None:
    """`1 < amount < 10`."""
    assert isinstance(node.left, e.Binary)
    operand = node.left.right
    if isinstance(operand, e.Binary) and operand.operator in _LOGICAL:
        operator = _LOGICAL[operand.operator]
        return f"conditions are joined by `{operator}`", _replace_operator(operand, operator)
    middle = ssbt_text(node.left.right)
    insertion_span = Span(node.span.path, node.left.span.end, node.left.span.end)
    help_ = f"two comparisons are joined by `and`: `… and {middle} {node.operator} …`"
    return help_, (Edit(insertion_span, f" and {middle}"),)


def _replace_operator(node: e.Binary, operator: str) -> tuple[Edit, ...]:
    """The edit that puts another operator between the operands."""
    between = Span(node.span.path, node.left.span.end, node.right.span.start)
    return (Edit(between, f" {operator} "),)


def _date_hint(node: e.Binary) -> Hint | None:
    """`2026-01-31`, which is 1994."""
    for side in (node.left, node.right):
        match side:
            case e.Binary(
                operator="-",
                left=e.Binary(
                    operator="-", left=e.NumberLiteral(text=y), right=e.NumberLiteral(text=m)
                ),
                right=e.NumberLiteral(text=d),
            ) if _DATE.fullmatch(f"{y}-{m}-{d}"):
                text = f"date '{y}-{m:0>2}-{d:0>2}'"
                return f"a date is written `{text}`", (Edit(side.span, text),)
    return None


def _interval_hint(node: e.Binary) -> Hint | None:
    """`current_timestamp - '7 days'`."""
    for side in (node.left, node.right, node):
        match side:
            case e.Binary(operator="+" | "-", right=e.StringLiteral(span=span, value=value)) if (
                _LENGTH.fullmatch(value)
            ):
                insertion_span = Span(span.path, span.start, span.start)
                return f"an interval is written `interval '{value}'`", (
                    Edit(insertion_span, "interval "),
                )
            case e.Binary(operator="+" | "-", right=e.NumberLiteral(span=span, text=number)) if (
                # `7d` is a number of Spark, and seven days to everybody else.
                number.rstrip("dD").isdigit()
            ):
                days = number.rstrip("dD")
                text = f"interval {days} day{'s' * (days != '1')}"
                return f"a length of time has a unit: `{text}`", (Edit(span, text),)
    return None
