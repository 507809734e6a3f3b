"""Operators and words of other languages where values meet: what is written here instead."""

from __future__ import annotations

from collections.abc import Container
import re

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.syntax.names import own_name
from ssbt.compiler.types.datatypes import (
    BooleanType,
    DateType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.predicates import COMPARISONS
from ssbt.compiler.types.typed import Typed

Hint = tuple[str, tuple[Edit, ...]]
_LOGICAL = {"&": "and", "|": "or"}
_TIMES = (DateType, TimestampType, TimestampNTZType)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_LENGTH = re.compile(r"\s*[+-]?\d+\s+\w+\s*")
# Words for values that are columns for the grammar.
_VALUES = {
    "none": "null",
    "nil": "null",
    "undefined": "null",
    "inf": "double('Infinity')",
    "infinity": "double('Infinity')",
    "nan": "double('NaN')",
    "sysdate": "current_timestamp()",
    "systimestamp": "current_timestamp()",
    "today": "current_date()",
}


def operator_hint(node: e.Expression, left: Typed, right: Typed | None = None) -> Hint | None:
    """The way out where an operator does not take its operands, if they tell what was meant."""
    if isinstance(node, e.Unary):
        if node.operator == "~" and isinstance(left.type, BooleanType):
            place = Span(node.span.path, node.span.start, node.operand.span.start)
            return "conditions are turned round by `not`", (Edit(place, "not "),)
        return None
    if not isinstance(node, e.Binary) or right is None:
        return None
    types = left.type, right.type
    if node.operator in COMPARISONS and _is_comparison(node.left):
        return _chain(node)
    if node.operator in ("+", "&") and all(isinstance(each, StringType) for each in types):
        return "texts are joined by `||`", _instead(node, "||")
    if node.operator in _LOGICAL and all(isinstance(each, BooleanType) for each in types):
        word = _LOGICAL[node.operator]
        return f"conditions are joined by `{word}`", _instead(node, word)
    if any(isinstance(each, _TIMES) for each in types):
        return _date(node) or _interval(node)
    return None


def report_or(node: e.Binary, right: Typed, report: Report) -> bool:
    """Report `a > 1 || b = 'x'`, which compares a condition with a text; whether this is it."""
    match node:
        case e.Binary(left=e.Binary(right=e.Binary(operator="||", left=one, right=other))) if (
            node.operator in COMPARISONS and _is_comparison(node.left)
        ):
            pass
        case _:
            return False
    if right.unknown or isinstance(right.type, BooleanType):
        return False
    between = Span(node.span.path, one.span.end, other.span.start)
    help_, fix = "conditions are joined by `or`", (Edit(between, " or "),)
    message = "`||` joins texts, and the comparison before it is compared with what follows"
    report.add(expression_codes.TYPE_MISMATCH, between, message, help=help_, fix=fix)
    return True


def condition_hint(node: e.Expression) -> Hint | None:
    """The way out for `(a > 1) || (b = 2)`, which is a text."""
    if isinstance(node, e.Binary) and node.operator == "||":
        return "conditions are joined by `or`", _instead(node, "or")
    return None


def _is_comparison(node: e.Expression) -> bool:
    return isinstance(node, e.Binary) and node.operator in COMPARISONS


def _chain(node: e.Binary) -> Hint | None:
    """`1 < amount < 10`."""
    assert isinstance(node.left, e.Binary)
    joined = node.left.right
    if isinstance(joined, e.Binary) and joined.operator in _LOGICAL:
        word = _LOGICAL[joined.operator]
        return f"conditions are joined by `{word}`", _instead(joined, word)
    middle = ssbt_text(node.left.right)
    place = Span(node.span.path, node.left.span.end, node.left.span.end)
    help_ = f"two comparisons are joined by `and`: `… and {middle} {node.operator} …`"
    return help_, (Edit(place, f" and {middle}"),)


def _instead(node: e.Binary, operator: str) -> tuple[Edit, ...]:
    """The edit that puts another operator between the operands."""
    between = Span(node.span.path, node.left.span.end, node.right.span.start)
    return (Edit(between, f" {operator} "),)


def _date(node: e.Binary) -> Hint | None:
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


def _interval(node: e.Binary) -> Hint | None:
    """`current_timestamp - '7 days'`."""
    for side in (node.left, node.right, node):
        match side:
            case e.Binary(operator="+" | "-", right=e.StringLiteral(span=span, value=value)) if (
                _LENGTH.fullmatch(value)
            ):
                place = Span(span.path, span.start, span.start)
                return f"an interval is written `interval '{value}'`", (Edit(place, "interval "),)
    return None


def report_foreign_value(node: e.ColumnName, relation: Relation, report: Report) -> bool:
    """Report a name that is a value in other languages, such as `None`; whether it is one."""
    name = node.parts[0].text
    value = _VALUES.get(name.casefold()) if len(node.parts) == 1 else None
    if value is None or relation.is_open or relation.named(name):
        return False
    message, fix = f"there is no column `{name}` here", (Edit(node.span, value),)
    report.add(codes.UNKNOWN_COLUMN, node.span, message, help=f"write `{value}`", fix=fix)
    return True


def report_frame_column(
    node: e.Subscript, relation: Relation, others: Container[str], report: Report
) -> bool:
    """Report a frame's column, `df["amount"]`; whether this is one."""
    match node:
        case e.Subscript(
            base=e.ColumnName(parts=(e.Name(text=frame),)), index=e.StringLiteral(value=name)
        ) if relation.named(name) and not (relation.is_open or relation.named(frame)):
            pass
        case _:
            return False
    if frame.casefold() in others:
        return False
    message = f"there is no column `{frame}` here"
    help_, fix = f"a column is written by its name: `{own_name(name)}`", own_name(name)
    code, place = codes.UNKNOWN_COLUMN, node.base.span
    report.add(code, place, message, help=help_, fix=(Edit(node.span, fix),))
    return True
