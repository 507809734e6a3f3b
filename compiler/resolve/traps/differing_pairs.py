"""Joins of each row with everything that differ from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.walking import column_names
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s

if TYPE_CHECKING:
    from ssbt.compiler.ir.relations import Relation

_CUSTOMERS = """
schema Customer { customer: bigint, country: string }
source customers from parquet { path = "data/customers", schema = Customer }
"""

DIFFERING_PAIRS = Code(
    "SSBT0514",
    "A join of everything that differs",
    """\
A join on `!=` alone pairs each row with nearly all rows of the other side. It does not find rows
without a partner: an `anti join` on `!=` drops each row from which any of the others differs.

| in Spark 4.1 | gives |
|---|---|
| `select count(*) from range(3) a join range(3) b on a.id != b.id` | `6` |
| `select count(*) from range(3) a left anti join range(2) b on a.id != b.id` | `0` |
| `select count(*) from range(3) a left anti join range(2) b on a.id = b.id` | `1` |

To find rows without a partner, use an `anti join` on `=`. Pairs of rows of one dataset that differ
in one column are not reported.
""",
    wrong=example(
        preamble=_CUSTOMERS, steps="|> anti join customers on orders.id != customers.customer"
    ),
    right=example(
        preamble=_CUSTOMERS, steps="|> anti join customers on orders.id = customers.customer"
    ),
    severity=Severity.WARNING,
)
_UNEQUAL = ("!=", "<>")


def find_differing_pairs(node: s.Join, left: Relation, right: Relation) -> Iterator[Diagnostic]:
    """The finding about a join that nothing but `!=` restricts."""
    if node.condition is None or left.is_open or right.is_open:
        return
    matches = [each for each in _conditions(node.condition) if _is_of_both(each, left, right)]
    if not matches or not all(_is_unequal(each) for each in matches):
        return
    if node.kind == "inner" and all(map(_is_of_one_name, matches)):
        return
    message = "`!=` pairs each row with all rows that differ"
    help_ = "rows without a partner are found by `anti join … on … = …`"
    yield Diagnostic(DIFFERING_PAIRS, message, Label(node.condition.span), (), (help_,))


def _conditions(node: e.Expression) -> Iterator[e.Expression]:
    """The conditions that `and` joins."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case e.Parenthesised(operand=operand):
                waiting.append(operand)
            case e.Binary(operator="and", left=left, right=right):
                waiting += [right, left]
            case other:
                yield other


def _is_unequal(node: e.Expression) -> bool:
    if isinstance(node, e.Unary) and node.operator in ("not", "!"):
        operand = node.operand
        while isinstance(operand, e.Parenthesised):
            operand = operand.operand
        return isinstance(operand, e.Binary) and operand.operator in ("=", "==")
    return isinstance(node, e.Binary) and node.operator in _UNEQUAL


def _is_of_both(node: e.Expression, left: Relation, right: Relation) -> bool:
    names = list(column_names(node))
    sides = (left, right)
    return all(
        any(scopes.resolve_column(name, side, Report()) is not None for name in names)
        for side in sides
    )


def _is_of_one_name(node: e.Expression) -> bool:
    return len({name.parts[-1].text.casefold() for name in column_names(node)}) == 1
