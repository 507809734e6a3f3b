"""The columns that are used after each operator, by name: those alone Spark keeps in state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
import re

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression, Text
from ssbt.compiler.ir.operators import DatasetInput, Operator, walk_operators
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.functions.generators import GENERATORS

_NAME = lazy_pattern(r"`((?:[^`]|``)*)`|([^\W\d]\w*)")
# All columns, not a product.
_STAR = lazy_pattern(r"(?:^|[(,.])\s*\*")
ColumnNames = frozenset[str]
_NO_NAMES: ColumnNames = frozenset()


def used_columns(root: Operator) -> dict[int, ColumnNames]:
    """Names in lower case, by the id of the operator; rather one too many than one too few."""
    used: dict[int, ColumnNames] = {id(root): _all_names(root)}
    order = list(walk_operators(root, attrgetter("inputs"), set()))
    for operator in reversed(order):
        if isinstance(operator.step, Source):
            continue
        for input_operator in operator.inputs:
            needed = _needed_names(operator, used[id(operator)], input_operator)
            used[id(input_operator)] = used.get(id(input_operator), frozenset()) | needed
    return used


def names_in(text: Text) -> ColumnNames:
    """Whatever may be the name of a column in an expression; words of strings and functions too."""
    parts = (part for part in text if isinstance(part, str))
    matches = (match for part in parts for match in _NAME.finditer(part))
    return frozenset((a.replace("``", "`") or b).casefold() for a, b in map(_groups, matches))


def is_generator(item: NamedExpression) -> bool:
    """Whether an expression makes several rows of one."""
    return any(call.name in GENERATORS for call in item.expression.calls)


def _groups(match: re.Match[str]) -> tuple[str, str]:
    return match[1] or "", match[2] or ""


def _all_names(operator: Operator) -> ColumnNames:
    return frozenset(column.name.casefold() for column in operator.output.columns)


def _needed_names(operator: Operator, used: ColumnNames, input_operator: Operator) -> ColumnNames:
    """What of an input an operator needs, of whose columns `used` are used."""
    step = operator.step
    match step:
        case s.Project():
            return _names_of_items(
                step.columns, _all_names(operator) if step.distinct else used, input_operator
            )
        case s.WithColumns():
            return _names_before_groups(step.groups, used, input_operator)
        case s.RenameColumns():
            return _old_names(used, step.pairs)
        case s.Aggregate():
            keys = _names_of(key.expression for key in step.keys)
            return keys | _names_of_items(step.aggregates, used, input_operator)
        case s.Deduplicate() if step.columns:
            return used | _fold_names(step.columns)
        case s.Filter():
            return used | names_in(step.condition.text)
        case s.Explode():
            return used | names_in(step.expression.text)
        case s.Sort():
            return used | _names_of(key.expression for key in step.keys)
        case s.Watermark():
            return used | _fold_names((step.column,))
        case s.Join():
            condition = names_in(step.condition.text) if step.condition is not None else _NO_NAMES
            return used | condition | _fold_names(step.using)
        case s.Unpivot():
            columns = _old_names(_fold_names(step.columns), step.renames)
            return (used - _fold_names((step.name, step.value))) | columns
        case s.DropColumns() | s.Alias() | s.Limit() | s.Offset() | s.Sample():
            return used
        case s.SetOperation(operator="union", all=True):
            return used
        case Source() | DatasetInput() | s.UseTransform() | s.ApplyFunction() | s.SqlQuery():
            pass
        case s.Distinct() | s.Deduplicate() | s.SetOperation() | s.Pivot() | s.Stateful():
            pass
    return _all_names(input_operator)


def _names_before_groups(
    groups: Sequence[tuple[NamedExpression, ...]], used: ColumnNames, input_operator: Operator
) -> ColumnNames:
    """The names that groups of new columns need, each of which sees the columns of those before."""
    for group in reversed(groups):
        new_names = {name.casefold() for item in group for name in item.names}
        used = (used - new_names) | _names_of_items(group, used, input_operator)
    return used


def _old_names(names: ColumnNames, renames: Iterable[tuple[str, str]]) -> ColumnNames:
    """Names as they are before a renaming, of pairs of an old and a new name."""
    old = {new.casefold(): old.casefold() for old, new in renames}
    return frozenset(old.get(name, name) for name in names)


def _names_of_items(
    items: Iterable[NamedExpression], used: ColumnNames, input_operator: Operator
) -> ColumnNames:
    """The names in those expressions that make a used column, or rows."""
    result = _NO_NAMES
    for item in items:
        text = "".join(part for part in item.expression.text if isinstance(part, str))
        has_star = _STAR.search(text.replace("count(*)", "")) is not None
        if not item.names and has_star:
            result |= used
            continue
        column = item.expression.column
        names = item.names or ((column,) if column is not None else ())
        if not names or is_generator(item) or _fold_names(names) & used:
            result |= _all_names(input_operator) if has_star else names_in(item.expression.text)
    return result


def _names_of(expressions: Iterable[Expression]) -> ColumnNames:
    return frozenset(name for each in expressions for name in names_in(each.text))


def _fold_names(names: Iterable[str]) -> ColumnNames:
    return frozenset(name.rpartition(".")[2].strip("`").casefold() for name in names)
