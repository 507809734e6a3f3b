"""What a column is made of, followed back through the steps of a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import NAME, CallForm, Term

SourceColumn = tuple[Source, str]

# Calls that give one of their arguments as it is.
CHOOSING_CALLS = {"coalesce": 0, "nvl": 0, "ifnull": 0, "if": 1, "iff": 1, "nvl2": 1}


def value_origins(
    root: Operator, name: str, passed: Mapping[str, int] = CHOOSING_CALLS
) -> Iterator[SourceColumn | Term]:
    """The columns of sources, and the terms, that a column is one of in each of its rows.

    A column that is made in a way that cannot be followed gives its term, or nothing. `passed` are
    calls and operators that are looked through, with the first operand that they may give.
    """
    for each in _trace_values(root, name, passed):
        if isinstance(each, Term):
            yield each
        elif isinstance(each[0].step, Source):
            yield each[0].step, each[1]


def value_aggregates(
    root: Operator, name: str, passed: Mapping[str, int] = CHOOSING_CALLS
) -> Iterator[tuple[s.Aggregate, str]]:
    """The aggregations that a column comes out of, with its name there."""
    for each in _trace_values(root, name, passed):
        if not isinstance(each, Term) and isinstance(each[0].step, s.Aggregate):
            yield each[0].step, each[1]


def _trace_values(
    root: Operator, name: str, passed: Mapping[str, int]
) -> Iterator[tuple[Operator, str] | Term]:
    """What a column is after each operator that it comes through, and the terms where it begins."""
    waiting: list[tuple[Operator, str]] = [(root, name.casefold())]
    visited: set[tuple[int, str]] = set()
    while waiting:
        operator, column = waiting.pop()
        if (id(operator), column) in visited:
            continue
        visited.add((id(operator), column))
        yield operator, column
        if isinstance(operator.step, Source):
            continue
        for each in _previous_values(operator, column, passed):
            if isinstance(each, Term):
                yield each
            else:
                waiting.append(each)


def _previous_values(
    operator: Operator, name: str, passed: Mapping[str, int]
) -> Iterator[tuple[Operator, str] | Term]:
    """Where a column comes from by one step."""
    step, inputs = operator.step, operator.inputs
    match step:
        case s.RenameColumns(pairs=pairs):
            names = {new.casefold(): old.casefold() for old, new in pairs}
            yield inputs[0], names.get(name, name)
        case s.Project(columns=items):
            yield from _values_of_items(inputs[0], (items,), name, passed)
        case s.WithColumns(groups=groups):
            yield from _values_of_items(inputs[0], groups, name, passed)
        case s.Aggregate(keys=keys):
            if any(name in _item_names(key) for key in keys):
                yield from _values_of_items(inputs[0], (keys,), name, passed)
        case s.SetOperation(operator="union"):
            matches = operator.output.find_columns(name)
            index = operator.output.columns.index(matches[0]) if matches else -1
            for each in inputs if index >= 0 else ():
                yield each, each.output.columns[index].name.casefold()
        case s.SetOperation() | s.Join():
            yield from ((each, name) for each in inputs if each.output.find_columns(name))
        case (
            s.Filter()
            | s.Alias()
            | s.Deduplicate()
            | s.Distinct()
            | s.DropColumns()
            | s.Limit()
            | s.Offset()
            | s.Sample()
            | s.Sort()
            | s.Watermark()
            | s.Explode()
        ):
            if inputs[0].output.find_columns(name):
                yield inputs[0], name
        case DatasetInput() | Source() | s.Pivot() | s.Unpivot() | s.UseTransform():
            pass
        case s.ApplyFunction() | s.Stateful() | s.SqlQuery():
            pass


def _values_of_items(
    input_operator: Operator,
    groups: Sequence[tuple[NamedExpression, ...]],
    name: str,
    passed: Mapping[str, int],
) -> Iterator[tuple[Operator, str] | Term]:
    """A column that a step makes or passes on; a group may use what those before it make."""
    for index in reversed(range(len(groups))):
        for item in reversed(groups[index]):
            if name in _item_names(item):
                for part in _chosen_parts(item.expression, passed):
                    if isinstance(part, str):
                        yield from _values_of_items(input_operator, groups[:index], part, passed)
                    else:
                        yield part
                return
    yield input_operator, name


def _item_names(item: NamedExpression) -> tuple[str, ...]:
    """The names that an item has; one that keeps its own is passed on by that."""
    return tuple(each.casefold() for each in item.names)


def _chosen_parts(expression: Expression, passed: Mapping[str, int]) -> Iterator[Term | str]:
    """The terms that a value is one of, columns of the step's input by their names."""
    if expression.column is not None:
        yield expression.column.rpartition(".")[2].strip("`").casefold()
    elif expression.term is not None:
        yield from chosen_values(expression.term, passed)


def chosen_values(term: Term, passed: Mapping[str, int]) -> Iterator[Term | str]:
    """The terms that another is one of, columns by their names, which may be those of fields."""
    waiting = [term]
    while waiting:
        term = waiting.pop()
        form = term.value
        operation = form.name if isinstance(form, CallForm) else term.operator
        if term.operator == NAME and isinstance(form, tuple) and len(form) == 1:
            yield str(form[0])
        elif term.operator == "case":
            has_otherwise = len(term.operands) % 2
            values = term.operands[1::2] + (term.operands[-1:] if has_otherwise else ())
            waiting += values
        elif operation in passed and term.operands:
            waiting += term.operands[passed[operation] :]
        else:
            yield term
