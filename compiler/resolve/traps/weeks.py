"""Weeks of one calendar beside years of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import is_same_expression, nodes
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

WEEK_AND_YEAR = Code(
    "SSBT0453",
    "A week with the wrong year",
    """\
`weekofyear` counts ISO weeks, which belong to ISO years: the first days of January may be in the
last week of the year before, and the last days of December in the first week of the next. If you
group by both, one week becomes two groups, and one of them mixes days from either end of a year.

| in Spark 4.1 | gives |
|---|---|
| `concat(year(date '2027-01-01'), '-', weekofyear(date '2027-01-01'))` | `2027-53` |
| `weekofyear(date '2027-01-01')` | `53` |
| `extract(yearofweek from date '2027-01-01')` | `2026` |
| `date_trunc('week', date '2027-01-01')` | `2026-12-28 00:00:00` |
| `struct(year(date '2026-12-28'), weekofyear(date '2026-12-28'))` | `{2026, 53}` |
| `struct(year(date '2026-01-01'), weekofyear(date '2026-01-01'))` | `{2026, 1}` |
| `struct(year(date '2021-01-01'), weekofyear(date '2021-01-01'))` | `{2021, 53}` |
| `struct(year(date '2021-12-31'), weekofyear(date '2021-12-31'))` | `{2021, 52}` |
""",
    wrong=example(steps="|> extend concat(year(placed_on), '-', weekofyear(placed_on)) as week"),
    right=example(
        steps="|> extend concat(extract(yearofweek from placed_on), '-', weekofyear(placed_on))"
        " as week"
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
# What `extract` and `date_part` call the parts, and the functions that give them.
_PARTS = {
    **dict.fromkeys(("year", "years", "y", "yr", "yrs"), "year"),
    **dict.fromkeys(("month", "months", "mon", "mons"), "month"),
    **dict.fromkeys(("weekofyear", "week", "weeks", "w"), "week"),
}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """At the year in an expression that has the week of the same date, too."""
    part = _date_part(node)
    if part is not None and part[0] == "year":
        weeks = view.compute_once(
            "weeks", lambda: [call for call in view.calls if _is_week_or_month(call)]
        )
        yield from _check_beside(node, weeks)


def _is_week_or_month(node: e.Call) -> bool:
    """Whether it is a week or a month, which the year is compared with."""
    part = _date_part(node)
    return part is not None and part[0] != "year"


def find_week_keys(query: s.Query) -> Iterator[Diagnostic]:
    """The years among the keys of a step that has the week of the same date as another key."""
    computed: dict[str, e.Expression] = {}
    for step in query.steps:
        roots: list[e.Expression] = []
        if isinstance(step, s.Aggregate) and step.grouping is not None:
            roots = [key.value for each in step.grouping.elements for key in _iterate_keys(each)]
        elif isinstance(step, s.OrderBy):
            roots = [key.value for key in step.keys]
        yield from _check_keys([_find_computed_key(root, computed) for root in roots])
        if isinstance(step, s.Extend):
            items = [item for item in step.items if len(item.names) == 1]
            computed |= {item.names[0].text.casefold(): item.value for item in items}
        elif not isinstance(step, s.Where | s.OrderBy):
            computed = {}


def _find_computed_key(key: e.Expression, computed: dict[str, e.Expression]) -> e.Expression:
    """What a key is, if it is a column that the query has computed."""
    name = key.parts[0].text.casefold() if isinstance(key, e.ColumnName) else ""
    return computed.get(name, key) if isinstance(key, e.ColumnName) and not key.parts[1:] else key


def _check_keys(keys: list[e.Expression]) -> Iterator[Diagnostic]:
    parts = [(index, part) for index, key in enumerate(keys) for part in nodes(key)]
    date_parts = [(index, part) for index, part in parts if _date_part(part) is not None]
    for index, year in date_parts:
        # A week in the same key is reported by `check`.
        yield from _check_beside(
            year, [part for other_index, part in date_parts if other_index != index]
        )


def _iterate_keys(element: s.GroupingElement) -> Iterator[s.Item]:
    yield from element.keys
    for member in element.members:
        yield from _iterate_keys(member)


def _check_beside(year: Node, neighbors: Sequence[Node]) -> Iterator[Diagnostic]:
    """The finding, if the one is a year and another the week of its date."""
    part = _date_part(year)
    if part is None or part[0] != "year":
        return
    date = part[1]
    weeks: list[Node] = []
    for neighbor in neighbors:
        neighbor_part = _date_part(neighbor)
        if neighbor_part is None or not is_same_expression(neighbor_part[1], date):
            continue
        if neighbor_part[0] == "month":
            # With the month beside it, no two ends of a year are one.
            return
        weeks += [neighbor] if neighbor_part[0] == "week" else []
    if weeks:
        message = "this is the calendar's year, and the week is one of ISO's year"
        text = f"extract(yearofweek from {ssbt_text(date)})"
        also = (Label(weeks[0].span, "the week"),)
        fix = (Edit(year.span, text),)
        help_ = (f"the year of the week is `{text}`",)
        yield Diagnostic(WEEK_AND_YEAR, message, Label(year.span), also, help_, fix)


def _date_part(node: Node) -> tuple[str, e.Expression] | None:
    """Which part of which date a call gives."""
    if not isinstance(node, e.Call):
        return None
    values = operands(node)
    name = function_name(node)
    if len(values) == 1 and name in ("year", "month", "weekofyear"):
        return _PARTS[name], values[0]
    if len(values) == 2 and name in ("extract", "date_part", "datepart"):
        match values[0]:
            case e.ColumnName(parts=(Name(text=word),)) | e.StringLiteral(value=word):
                part = _PARTS.get(word.casefold())
                return (part, values[1]) if part else None
    return None
