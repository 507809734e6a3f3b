"""What decides about the rows of a dataset: what they are kept, matched, grouped or sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Let, Source
from ssbt.compiler.ir.provenance import Origin, Provenance, copy_of, mixture
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.types.functions import FunctionKind, find_function


class DependencyKind(Enum):
    """How a column depends on another, in the order in which it is reported."""

    VALUE = "value"
    FILTER = "filter"
    JOIN = "join key"
    GROUP = "grouping"
    ORDER = "ordering"


class Dependency(Struct, frozen=True, order=True):
    """A column of a dataset that something is made from, and how; `masked` after a mask alone."""

    origin: Origin
    kind: DependencyKind
    masked: bool = False


def dependencies(provenance: Provenance, kind: DependencyKind) -> Iterator[Dependency]:
    """The columns that something is made from."""
    unmasked = set(provenance.unmasked)
    for origin in provenance.origins:
        yield Dependency(origin, kind, origin not in unmasked)


def row_dependencies(
    let: Let, roots: Mapping[str, Operator], ends: Mapping[int, list[str]]
) -> Iterator[Dependency]:
    """What the rows of a dataset depend on, by the steps that make it from others.

    `roots` are the last operators of datasets by name, `ends` the names of the datasets that an
    operator, by its id, is the last of.
    """
    waiting = [roots[let.name]]
    visited = set(ends)
    while waiting:
        operator = waiting.pop()
        if id(operator) in visited:
            continue
        visited.add(id(operator))
        inputs = [_input_relation(input_operator, let, ends) for input_operator in operator.inputs]
        for kind, parts in _step_provenance(operator, inputs):
            yield from dependencies(mixture(parts), kind)
        waiting += operator.inputs


def _input_relation(operator: Operator, let: Let, ends: Mapping[int, list[str]]) -> Relation:
    """The columns that an input brings, as those of the dataset that it is, if it is one."""
    names = [name for name in ends.get(id(operator), ()) if name in let.query.uses]
    if not names:
        return operator.output
    columns = (
        replace(column, provenance=copy_of(names[0], column.name))
        for column in operator.output.columns
    )
    return replace(operator.output, columns=tuple(columns))


_Provenances = Iterator[tuple[DependencyKind, Iterable[Provenance]]]


def _step_provenance(operator: Operator, inputs: list[Relation]) -> _Provenances:
    """The values by which a step chooses, matches, groups or sorts the rows of its inputs."""
    step = operator.step
    match step:
        case s.Filter() | s.Explode() | s.Project(distinct=False) | s.WithColumns():
            yield DependencyKind.FILTER, _chosen_provenance(step)
        case s.Watermark():
            yield DependencyKind.FILTER, _named_provenance((step.column,), inputs)
        case s.Join():
            condition = step.condition
            yield DependencyKind.JOIN, () if condition is None else (condition.provenance,)
            yield DependencyKind.JOIN, _named_provenance(step.using, inputs)
        case s.Aggregate() | s.Pivot():
            yield DependencyKind.GROUP, _expression_provenance(key.expression for key in step.keys)
            pivoted = (step.column,) if isinstance(step, s.Pivot) else ()
            yield DependencyKind.GROUP, _named_provenance(pivoted, inputs)
        case s.Deduplicate() if step.columns:
            yield DependencyKind.GROUP, _named_provenance(step.columns, inputs)
        case s.Distinct() | s.Deduplicate() | s.Project():
            yield DependencyKind.GROUP, _column_provenance(operator.output.columns)
        case s.SetOperation():
            yield from _set_provenance(step, operator, inputs)
        case s.Sort():
            yield DependencyKind.ORDER, _expression_provenance(key.expression for key in step.keys)
        case s.SqlQuery():
            yield from (
                (DependencyKind(name), (Provenance((), origins),)) for name, origins in step.rows
            )
        case s.Unpivot(include_nulls=False):
            # The column of the values is the last.
            yield DependencyKind.FILTER, _column_provenance(operator.output.columns[-1:])
        case s.Stateful():
            yield from _stateful_provenance(step, operator, inputs)
        case s.ApplyFunction():
            # Each column is made from everything that goes in, after a mask if the function is one.
            yield DependencyKind.FILTER, _column_provenance(operator.output.columns)
        case Source() | DatasetInput() | s.DropColumns() | s.RenameColumns() | s.Alias():
            pass
        case s.Limit() | s.Offset() | s.Sample() | s.Unpivot() | s.UseTransform():
            pass


def _chosen_provenance(
    step: s.Filter | s.Explode | s.Project | s.WithColumns,
) -> Iterable[Provenance]:
    """The values of expressions without which there is no row."""
    match step:
        case s.Filter():
            return (step.condition.provenance,)
        case s.Explode():
            return (step.expression.provenance,)
        case s.Project():
            return _generator_provenance(step.columns)
        case s.WithColumns():
            return _generator_provenance(item for group in step.groups for item in group)


def _set_provenance(
    step: s.SetOperation, operator: Operator, inputs: list[Relation]
) -> _Provenances:
    """The values that a set operation compares rows by."""
    if step.operator != "union":
        columns = (column for relation in inputs for column in relation.columns)
        yield DependencyKind.FILTER, _column_provenance(columns)
    elif not step.all:
        yield DependencyKind.GROUP, _column_provenance(operator.output.columns)


def _stateful_provenance(
    step: s.Stateful, operator: Operator, inputs: list[Relation]
) -> _Provenances:
    """The keys of a processor, and what it made its rows of."""
    outputs = _column_provenance(operator.output.columns)
    keys = _named_provenance(step.keys, inputs)
    masks = not any(each.unmasked for each in outputs)
    yield DependencyKind.GROUP, [key.as_hidden for key in keys] if masks else keys
    yield DependencyKind.FILTER, outputs


def _generator_provenance(items: Iterable[NamedExpression]) -> list[Provenance]:
    """What is made several rows of; where there is nothing in it, there is no row."""
    return _expression_provenance(
        item.expression
        for item in items
        if any(_is_generator(call.name) for call in item.expression.calls)
    )


def _is_generator(name: str) -> bool:
    function = find_function(name)
    return function is not None and function.kind is FunctionKind.GENERATOR


def _expression_provenance(expressions: Iterable[Expression]) -> list[Provenance]:
    return [expression.provenance for expression in expressions]


def _column_provenance(columns: Iterable[Column]) -> list[Provenance]:
    return [column.provenance for column in columns]


def _named_provenance(names: Iterable[str], inputs: Iterable[Relation]) -> list[Provenance]:
    """What columns are made from that a step names as Spark finds them, backticks and all."""
    plain = [name.rpartition(".")[2].strip("`").replace("``", "`") for name in names]
    return _column_provenance(
        column for relation in inputs for name in plain for column in relation.find_columns(name)
    )
