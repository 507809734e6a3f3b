"""Which columns each column of a pipeline depends on, and how.

A column depends on others by its value, or because they decide which rows there are, how rows meet
or are grouped, and in which order they come. What decides about rows is told for the whole dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.provenance import Origin, Provenance
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.dependencies import Dependency, Kind, deciding, dependencies
from ssbt.compiler.lineage.neighbours import Neighbours
from ssbt.compiler.lineage.tags import Tags
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    DataType,
    StructField,
    StructType,
    innermost,
)


class Node(Struct, frozen=True):
    """A dataset: its columns with what their values are made from, and what its rows depend on.

    `inputs` are the datasets that its rows come from. `is_open` where there may be more columns
    than are known.
    """

    name: str
    inputs: tuple[str, ...]
    columns: Mapping[str, Provenance]
    types: Mapping[str, DataType]
    rows: tuple[Dependency, ...]
    is_open: bool

    @property
    def is_source(self) -> bool:
        """Whether it is read from outside."""
        return not self.inputs

    def values(self, column: Origin) -> tuple[Origin, ...]:
        """What a column or a field of this dataset is made from; a struct of its own fields.

        Those are told where they are put together here; they come from the dataset itself.
        """
        made = self.columns[column.column].at(column.path)
        names = {each.name.casefold(): each.name for each in self.fields(column)}
        whole = Provenance(made.copied, made.computed, (), made.masked).origins
        return (*whole, *(column.field(names.get(name, name)) for name, _ in made.fields))

    def sources(self, column: Origin) -> tuple[Origin, ...]:
        """What a column or a field of this dataset is made from, of other datasets."""
        return self.columns[column.column].at(column.path).origins

    def made_of(self, column: Origin) -> tuple[Dependency, ...]:
        """The same with whether they are behind a mask."""
        return tuple(dependencies(self.columns[column.column].at(column.path), Kind.VALUE))

    def type_of(self, column: Origin) -> DataType:
        """The type of a column or a field of this dataset."""
        found = self.types[column.column]
        for name in column.path:
            fields = (each.type for each in _fields(found) if each.name == name)
            found = next(fields, UNKNOWN)
        return found

    def fields(self, column: Origin) -> Sequence[StructField]:
        """The fields of a column or a field of this dataset, through arrays and maps."""
        return _fields(self.type_of(column))


class Sources(Struct, frozen=True):
    """The columns of sources behind each column, and those that decide about rows, by dataset.

    `unmasked` are those behind a column that its values may show.
    """

    columns: Mapping[Origin, frozenset[Origin]]
    unmasked: Mapping[Origin, frozenset[Origin]]
    rows: Mapping[str, frozenset[Dependency]]


class Lineage(Struct, frozen=True):
    """The datasets of a pipeline in the order in which data flows; sinks name theirs.

    `neighbours` are the other pipelines that write what it reads, and read what it writes.
    """

    pipeline: str
    nodes: Mapping[str, Node]
    sinks: tuple[tuple[str, str], ...]
    tags: Tags
    neighbours: Neighbours = Neighbours()

    def dependencies(self, column: Origin) -> tuple[Dependency, ...]:
        """What a column is made from directly, its value first."""
        node = self.nodes[column.dataset]
        masked = {each.origin for each in node.made_of(column) if each.masked}
        values = (Dependency(each, Kind.VALUE, each in masked) for each in node.values(column))
        return (*values, *node.rows)

    def sources(self) -> Sources:
        """What every dataset is made from at last, in one pass along the flow."""
        columns: dict[Origin, frozenset[Origin]] = {}
        unmasked: dict[Origin, frozenset[Origin]] = {}
        rows: dict[str, frozenset[Dependency]] = {}
        asked_for = self._asked_for()
        for node in self.nodes.values():
            for column in asked_for[node.name]:
                made = node.made_of(column)
                first = frozenset((column,) if node.is_source else ())
                columns[column] = first.union(*(columns.get(d.origin, ()) for d in made))
                shown = (unmasked.get(d.origin, ()) for d in made if not d.masked)
                unmasked[column] = first.union(*shown)
            own = (
                Dependency(source, each.kind, each.masked or source not in unmasked[each.origin])
                for each in node.rows
                for source in columns.get(each.origin, ())
            )
            rows[node.name] = frozenset(own).union(*(rows[name] for name in node.inputs))
        return Sources(columns, unmasked, rows)

    def _asked_for(self) -> dict[str, dict[Origin, None]]:
        """All columns by dataset, and the fields in them that others are made from."""
        found = {
            name: {Origin(name, column): None for column in node.columns}
            for name, node in self.nodes.items()
        }
        for node in reversed([*self.nodes.values()]):
            for column in found[node.name]:
                for origin in node.sources(column):
                    found[origin.dataset][origin] = None
            for each in node.rows:
                found[each.origin.dataset][each.origin] = None
        return found

    def rows_upstream(self, dataset: str) -> tuple[Dependency, ...]:
        """What decides about the rows of a dataset and of all that they come from."""
        found: dict[Dependency, None] = {}
        waiting, seen = [dataset], set[str]()
        while waiting:
            node = self.nodes[waiting.pop()]
            if node.name not in seen:
                seen.add(node.name)
                found |= dict.fromkeys(node.rows)
                waiting += node.inputs
        return tuple(found)

    def upstream(self, column: Origin) -> dict[Origin, set[Kind]]:
        """All columns that a column depends on, however far away.

        A kind is how it is first met on the way: the value of what rows are filtered by is no
        value of the column.
        """
        found: dict[Origin, set[Kind]] = {}
        waiting = [(column, Kind.VALUE)]
        while waiting:
            each, kind = waiting.pop()
            for given in (*self.dependencies(each), *self.rows_upstream(each.dataset)):
                met = given.kind if kind is Kind.VALUE else kind
                if met not in found.setdefault(given.origin, set()):
                    found[given.origin].add(met)
                    waiting.append((given.origin, met))
        return found

    def downstream(self, column: Origin) -> dict[Origin, set[Kind]]:
        """All columns that depend on a column, however far away."""
        return {
            each: kinds
            for node in self.nodes.values()
            for name in node.columns
            for each, kinds in self._made_of(Origin(node.name, name), column)
        }

    def _made_of(self, made: Origin, column: Origin) -> Iterator[tuple[Origin, set[Kind]]]:
        """A column with how it depends on another; and its fields where they do in more ways."""
        kinds = self._kinds(made, column)
        fields = [made.field(each.name) for each in self.nodes[made.dataset].fields(made)]
        shared = kinds.intersection(*(self._kinds(each, column) for each in fields))
        if shared:
            yield made, shared
        for each in fields if kinds - shared else ():
            for field, ways in self._made_of(each, column):
                if ways - shared:
                    yield field, ways

    def _kinds(self, made: Origin, column: Origin) -> set[Kind]:
        """How a column depends on another, on a field in it or on what it is a field in."""
        upstream = self.upstream(made).items()
        return {
            kind
            for each, kinds in upstream
            if each.holds(column) or column.holds(each)
            for kind in kinds
        }


def lineage(pipeline: Pipeline) -> Lineage:
    """The lineage of a pipeline without errors."""
    roots = plans(pipeline)
    nodes: dict[str, Node] = {}
    tags = Tags()
    ends: dict[int, list[str]] = {}
    for each in pipeline.datasets:
        output = each.query.output if isinstance(each, Let) else each.output
        tags.add(each.name, output if isinstance(each, Let) else _without_provenance(output))
        nodes[each.name] = Node(
            each.name,
            each.query.uses if isinstance(each, Let) else (),
            {c.name: _made(each, c) for c in output.columns},
            {column.name: column.type for column in output.columns},
            _once(deciding(each, roots, ends)) if isinstance(each, Let) else (),
            output.is_open,
        )
        # A dataset without a step of its own ends where the one before it does.
        ends.setdefault(id(roots[each.name]), []).append(each.name)
    sinks = tuple((sink.name, sink.dataset) for sink in pipeline.sinks)
    return Lineage(pipeline.name, nodes, sinks, tags)


def _fields(type_: DataType) -> Sequence[StructField]:
    inner = innermost(type_)
    return inner.fields if isinstance(inner, StructType) else ()


def _once(given: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """Each once; what is behind a mask is not told beside what is not."""
    every = dict.fromkeys(given)
    return tuple(
        each for each in every if not (each.masked and Dependency(each.origin, each.kind) in every)
    )


def _without_provenance(relation: Relation) -> Relation:
    """The columns of a source, which are made from nothing: others see them as its copies."""
    columns = tuple(replace(column, provenance=Provenance()) for column in relation.columns)
    return replace(relation, columns=columns)


def _made(dataset: Source | Let, column: Column) -> Provenance:
    return column.provenance if isinstance(dataset, Let) else Provenance()
