"""Conditions that undo an outer join: no row without a partner fulfils them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Severity
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s

if TYPE_CHECKING:
    from ssbt.compiler.resolve.query_context import QueryContext

_CUSTOMERS = """
schema Customer { customer: bigint, country: string }
source customers from parquet { path = "data/customers", schema = Customer }
"""
_JOINED = "|> left join customers on orders.id = customers.customer"

UNDONE_JOIN = Code(
    "SSBT0477",
    "A condition that undoes an outer join",
    """\
Rows without a partner have null in every column of the other side, and a comparison with null is
never true. So after this `where` the outer join is an inner join.

| in Spark 4.1 | gives |
|---|---|
| `select count(*) from range(2) a left join range(1) b on a.id = b.id` | `2` |
| `select count(*) from range(2) a left join range(1) b on a.id = b.id where b.id < 9` | `1` |
| `select count(*) from range(2) a left join range(1) b on a.id = b.id and b.id < 9` | `2` |

If you want only rows with a partner, write `join`. If you want to keep the others, move the
condition into the join's `on`, or say what null means: `where country = 'DE' or country is null`.
""",
    wrong=example(
        preamble=_CUSTOMERS, steps=f"{_JOINED}\n|> where country = 'DE'\n|> drop customer"
    ),
    right=example(
        preamble=_CUSTOMERS,
        steps=f"{_JOINED} and customers.country = 'DE'\n|> drop customer",
    ),
    severity=Severity.WARNING,
)

_COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=")
# Functions of a column that are null where the column is.
_STRICT = frozenset(
    {
        *("lower", "upper", "trim", "ltrim", "rtrim", "length", "abs", "round", "substring"),
        *("year", "month", "day", "to_date", "date_trunc", "trunc", "left", "right"),
    }
)


def note_outer_sides(node: s.Join, left: tuple[str, ...], right: str, flow: QueryContext) -> None:
    """Remember the sides of a join whose columns are null in rows without a partner."""
    if node.kind in ("left", "full"):
        flow.outer_sides[right.casefold()] = node.kind
    if node.kind in ("right", "full"):
        flow.outer_sides |= {alias.casefold(): node.kind for alias in left}


def check_outer_sides(node: s.Where, flow: QueryContext) -> None:
    """Warn of the first part of a condition that lets no row without a partner through."""
    if not flow.outer_sides:
        return
    for part in _parts(node.condition):
        for name in _list_tested_columns(part):
            name_target = scopes.resolve_column(name, flow.relation, Report())
            column = name_target.column if name_target is not None else None
            side = column.qualifier.casefold() if column is not None and column.qualifier else ""
            if column is None or side not in flow.outer_sides:
                continue
            kind = flow.outer_sides[side]
            message = (
                f"`{column.name}` is null in rows of the {kind} join without a partner, and this"
                " lets none of them through"
            )
            help_ = (
                "put the condition into the join's `on` to keep these rows",
                "or write `join` if only rows with a partner are wanted",
            )
            flow.report.add(UNDONE_JOIN, part.span, message, help=help_)
            return


def _parts(node: e.Expression) -> Iterator[e.Expression]:
    """What a condition joins by `and`."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        match part:
            case e.Parenthesised(operand=operand):
                waiting.append(operand)
            case e.Binary(operator="and", left=left, right=right):
                waiting += [right, left]
            case _:
                yield part


def _list_tested_columns(node: e.Expression) -> Iterator[e.ColumnName]:
    """The columns that a condition compares; where one is null, so is the condition."""
    sides: list[e.Expression] = []
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _COMPARISONS:
            sides = [left, right]
        case e.Between(operand=operand) | e.InList(operand=operand) | e.Like(operand=operand):
            sides = [operand]
        case _:
            pass
    for side in sides:
        inner = side
        while True:
            match inner:
                case e.Parenthesised(operand=operand) | e.Cast(operand=operand):
                    inner = operand
                case e.Call(name=name, arguments=(first, *_)) if name.text.casefold() in _STRICT:
                    inner = first.value
                case e.ColumnName():
                    yield inner
                    break
                case _:
                    break
