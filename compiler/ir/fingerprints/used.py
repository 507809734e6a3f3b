"""The columns that are used behind each operator, by name: those alone Spark keeps in state."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
import re

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, Named, Text
from ssbt.compiler.ir.operators import Given, Operator, walked
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.types.functions.generators import GENERATORS

_NAME = re.compile(r"`((?:[^`]|``)*)`|([^\W\d]\w*)")
# All columns, not a product.
_STAR = re.compile(r"(?:^|[(,.])\s*\*")
Names = frozenset[str]


def used_columns(root: Operator) -> dict[int, Names]:
    """Names in lower case, by the id of the operator; rather one too many than one too few."""
    used: dict[int, Names] = {id(root): _all(root)}
    order = list(walked(root, attrgetter("inputs"), set()))
    for each in reversed(order):
        if isinstance(each.step, Source):
            continue
        for given in each.inputs:
            needed = _needed(each, used[id(each)], given)
            used[id(given)] = used.get(id(given), frozenset()) | needed
    return used


def names_in(text: Text) -> Names:
    """Whatever may be the name of a column in an expression; words of strings and functions too."""
    parts = (part for part in text if isinstance(part, str))
    found = (match for part in parts for match in _NAME.finditer(part))
    return frozenset((a.replace("``", "`") or b).casefold() for a, b in map(_groups, found))


def is_generator(item: Named) -> bool:
    """Whether an expression makes several rows of one."""
    return any(call.name in GENERATORS for call in item.expression.calls)


def _groups(found: re.Match[str]) -> tuple[str, str]:
    return found[1] or "", found[2] or ""


def _all(each: Operator) -> Names:
    return frozenset(column.name.casefold() for column in each.output.columns)


def _needed(each: Operator, used: Names, given: Operator) -> Names:
    """What of an input an operator needs, of whose columns `used` are used."""
    step = each.step
    match step:
        case s.Project():
            return _of_items(step.columns, _all(each) if step.distinct else used, given)
        case s.WithColumns():
            for group in reversed(step.groups):
                made = {name.casefold() for item in group for name in item.names}
                used = (used - made) | _of_items(group, used, given)
            return used
        case s.RenameColumns():
            old = {new.casefold(): old.casefold() for old, new in step.pairs}
            return frozenset(old.get(name, name) for name in used)
        case s.Aggregate():
            keys = _names_of(key.expression for key in step.keys)
            return keys | _of_items(step.aggregates, used, given)
        case s.Deduplicate() if step.columns:
            return used | _folded(step.columns)
        case s.Filter():
            return used | names_in(step.condition.text)
        case s.Explode():
            return used | names_in(step.expression.text)
        case s.Sort():
            return used | _names_of(key.expression for key in step.keys)
        case s.Watermark():
            return used | _folded((step.column,))
        case s.Join():
            condition = names_in(step.condition.text) if step.condition is not None else _NONE
            return used | condition | _folded(step.using)
        case s.Unpivot():
            old = {new.casefold(): old.casefold() for old, new in step.renames}
            columns = frozenset(old.get(name, name) for name in _folded(step.columns))
            return (used - _folded((step.name, step.value))) | columns
        case s.DropColumns() | s.Alias() | s.Limit() | s.Offset() | s.Sample():
            return used
        case s.SetOperation(operator="union", all=True):
            return used
        case Source() | Given() | s.UseTransform() | s.ApplyFunction() | s.SqlQuery():
            pass
        case s.Distinct() | s.Deduplicate() | s.SetOperation() | s.Pivot() | s.Stateful():
            pass
    return _all(given)


_NONE: Names = frozenset()


def _of_items(items: Iterable[Named], used: Names, given: Operator) -> Names:
    """The names in those expressions that make a used column, or rows."""
    found = _NONE
    for item in items:
        text = "".join(part for part in item.expression.text if isinstance(part, str))
        has_star = _STAR.search(text.replace("count(*)", "")) is not None
        if not item.names and has_star:
            found |= used
            continue
        column = item.expression.column
        names = item.names or ((column,) if column is not None else ())
        if not names or is_generator(item) or _folded(names) & used:
            found |= _all(given) if has_star else names_in(item.expression.text)
    return found


def _names_of(expressions: Iterable[Expression]) -> Names:
    return frozenset(name for each in expressions for name in names_in(each.text))


def _folded(names: Iterable[str]) -> Names:
    return frozenset(name.rpartition(".")[2].strip("`").casefold() for name in names)
