"""Functions without their parentheses: `year = 2026`, `count as orders`."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import DATE, TIMESTAMP, TIMESTAMP_NTZ

_PARTS_OF_DATES = frozenset(
    ("year", "quarter", "month", "day", "dayofmonth", "dayofweek", "dayofyear", "weekday")
)
_PARTS_OF_TIMES = frozenset(("hour", "minute", "second"))
_TIMES = (TIMESTAMP, TIMESTAMP_NTZ)


def report_function_word(node: e.ColumnName, relation: Relation, report: Report) -> bool:
    """Report a name that is no column, and the function that is meant, if there is one."""
    name, word = node.parts[0].text, node.parts[0].text.casefold()
    if len(node.parts) > 1 or relation.is_open or relation.find_columns(name):
        return False
    if did_you_mean(name, [column.name for column in relation.columns]) is not None:
        return False
    kinds = (DATE, *_TIMES) if word in _PARTS_OF_DATES else _TIMES
    if word == "count":
        calls = [f"{name}(*)"]
    elif word in _PARTS_OF_DATES | _PARTS_OF_TIMES:
        columns = (each.name for each in relation.columns if each.type in kinds)
        calls = [f"{name}({name_text(column)})" for column in dict.fromkeys(columns)]
    else:
        calls = []
    if not calls:
        return False
    report.add(
        codes.UNKNOWN_COLUMN,
        node.span,
        f"there is no column `{name}` here",
        help=f"the function is {' or '.join(f'`{call}`' for call in calls[:3])}",
        fix=(Edit(node.span, calls[0]),) if len(calls) == 1 else (),
    )
    return True
