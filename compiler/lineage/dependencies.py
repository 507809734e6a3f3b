"""What decides about the rows of a dataset: what they are kept, matched, grouped or sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, Named
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Let, Source
from ssbt.compiler.ir.provenance import Origin, Provenance, copy_of, mixture
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.types.functions import Kind as FunctionKind
from ssbt.compiler.types.functions import find


class Kind(Enum):
    """How a column depends on another, in the order in which it is told."""

    VALUE = "value"
    FILTER = "filter"
    JOIN = "join key"
    GROUP = "grouping"
    ORDER = "ordering"


class Dependency(Struct, frozen=True, order=True):
    """A column of a dataset that something is made from, and how; `masked` behind a mask alone."""

    origin: Origin
    kind: Kind
    masked: bool = False


def dependencies(made: Provenance, kind: Kind) -> Iterator[Dependency]:
    """The columns that something is made from."""
    unmasked = set(made.unmasked)
    for origin in made.origins:
        yield Dependency(origin, kind, origin not in unmasked)


def deciding(
    let: Let, roots: Mapping[str, Operator], ends: Mapping[int, list[str]]
) -> Iterator[Dependency]:
    """What the rows of a dataset depend on, by the steps that make it from others.

    `roots` are the last operators of datasets by name, `ends` the names of the datasets that an
    operator, by its id, is the last of.
    """
    waiting = [roots[let.name]]
    seen = set(ends)
    while waiting:
        operator = waiting.pop()
        if id(operator) in seen:
            continue
        seen.add(id(operator))
        inputs = [_flowing(given, let, ends) for given in operator.inputs]
        for kind, parts in _by_step(operator, inputs):
            yield from dependencies(mixture(parts), kind)
        waiting += operator.inputs


def _flowing(operator: Operator, let: Let, ends: Mapping[int, list[str]]) -> Relation:
    """The columns that an input brings, as those of the dataset that it is, if it is one."""
    names = [name for name in ends.get(id(operator), ()) if name in let.query.uses]
    if not names:
        return operator.output
    columns = (
        replace(column, provenance=copy_of(names[0], column.name))
        for column in operator.output.columns
    )
    return replace(operator.output, columns=tuple(columns))


def _by_step(
    operator: Operator, inputs: list[Relation]
) -> Iterator[tuple[Kind, Iterable[Provenance]]]:
    """The values by which a step chooses, matches, groups or sorts the rows of its inputs."""
    step = operator.step
    match step:
        case s.Filter():
            yield Kind.FILTER, (step.condition.provenance,)
        case s.Watermark():
            yield Kind.FILTER, _named((step.column,), inputs)
        case s.Join():
            yield Kind.JOIN, (step.condition.provenance,) if step.condition is not None else ()
            yield Kind.JOIN, _named(step.using, inputs)
        case s.Aggregate():
            yield Kind.GROUP, _of(key.expression for key in step.keys)
        case s.Pivot():
            yield Kind.GROUP, _of(key.expression for key in step.keys)
            yield Kind.GROUP, _named((step.column,), inputs)
        case s.Deduplicate() if step.columns:
            yield Kind.GROUP, _named(step.columns, inputs)
        case s.Distinct() | s.Deduplicate() | s.Project(distinct=True):
            yield Kind.GROUP, _all(operator.output.columns)
        case s.SetOperation(operator="union"):
            yield Kind.GROUP, () if step.all else _all(operator.output.columns)
        case s.SetOperation():
            yield Kind.FILTER, _all(column for given in inputs for column in given.columns)
        case s.Sort():
            yield Kind.ORDER, _of(key.expression for key in step.keys)
        case s.SqlQuery():
            yield from ((Kind(word), (Provenance((), found),)) for word, found in step.rows)
        case s.Unpivot(include_nulls=False):
            # The column of the values is the last.
            yield Kind.FILTER, _all(operator.output.columns[-1:])
        case s.Explode():
            yield Kind.FILTER, (step.expression.provenance,)
        case s.Project():
            yield Kind.FILTER, _generating(step.columns)
        case s.WithColumns():
            yield Kind.FILTER, _generating(named for group in step.groups for named in group)
        case s.Stateful():
            made = _all(operator.output.columns)
            keys = _named(step.keys, inputs)
            masks = not any(each.unmasked for each in made)
            yield Kind.GROUP, [key.hidden for key in keys] if masks else keys
            yield Kind.FILTER, made
        case s.ApplyFunction():
            # Each column is made from all that go in, behind a mask if the function is one.
            yield Kind.FILTER, _all(operator.output.columns)
        case Source() | Given() | s.DropColumns() | s.RenameColumns() | s.Alias():
            pass
        case s.Limit() | s.Offset() | s.Sample() | s.Unpivot() | s.UseTransform():
            pass


def _generating(items: Iterable[Named]) -> list[Provenance]:
    """What is made several rows of; where there is nothing in it, there is no row."""
    return _of(
        item.expression
        for item in items
        if any(_is_generator(call.name) for call in item.expression.calls)
    )


def _is_generator(name: str) -> bool:
    function = find(name)
    return function is not None and function.kind is FunctionKind.GENERATOR


def _of(expressions: Iterable[Expression]) -> list[Provenance]:
    return [expression.provenance for expression in expressions]


def _all(columns: Iterable[Column]) -> list[Provenance]:
    return [column.provenance for column in columns]


def _named(names: Iterable[str], inputs: Iterable[Relation]) -> list[Provenance]:
    """What columns are made from that a step names as Spark finds them, backticks and all."""
    plain = [name.rpartition(".")[2].strip("`").replace("``", "`") for name in names]
    return _all(column for given in inputs for name in plain for column in given.named(name))
