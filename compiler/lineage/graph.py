"""Which columns each column of a pipeline depends on, and how.

A column depends on others by its value, or because they decide which rows there are, how rows meet
or are grouped, and in which order they come. What decides about rows holds for the whole dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.provenance import Origin, Provenance
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.dependencies import (
    Dependency,
    DependencyKind,
    dependencies,
    row_dependencies,
)
from ssbt.compiler.lineage.neighbours import Neighbours
from ssbt.compiler.lineage.tags import Tags
from ssbt.compiler.types.datatypes import (
    UNKNOWN,
    DataType,
    StructField,
    StructType,
    innermost_type,
)


class DatasetNode(Struct, frozen=True):
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

        Those are reported where they are put together here; they come from the dataset itself.
        """
        provenance = self.columns[column.column].at(column.path)
        names = {each.name.casefold(): each.name for each in self.fields(column)}
        whole = Provenance(provenance.copied, provenance.computed, (), provenance.masked).origins
        return (*whole, *(column.field(names.get(name, name)) for name, _ in provenance.fields))

    def sources(self, column: Origin) -> tuple[Origin, ...]:
        """What a column or a field of this dataset is made from, of other datasets."""
        return self.columns[column.column].at(column.path).origins

    def value_dependencies(self, column: Origin) -> tuple[Dependency, ...]:
        """The same with whether they are after a mask."""
        return tuple(
            dependencies(self.columns[column.column].at(column.path), DependencyKind.VALUE)
        )

    def type_of(self, column: Origin) -> DataType:
        """The type of a column or a field of this dataset."""
        data_type = self.types[column.column]
        for name in column.path:
            fields = (each.type for each in _fields(data_type) if each.name == name)
            data_type = next(fields, UNKNOWN)
        return data_type

    def fields(self, column: Origin) -> Sequence[StructField]:
        """The fields of a column or a field of this dataset, through arrays and maps."""
        return _fields(self.type_of(column))


class SourceDependencies(Struct, frozen=True):
    """The columns of sources after each column, and those that decide about rows, by dataset.

    `unmasked` are those after a column that its values may show.
    """

    columns: Mapping[Origin, frozenset[Origin]]
    unmasked: Mapping[Origin, frozenset[Origin]]
    rows: Mapping[str, frozenset[Dependency]]


class Lineage(Struct, frozen=True):
    """The datasets of a pipeline in the order in which data flows; sinks name theirs.

    `neighbours` are the other pipelines that write what it reads, and read what it writes.
    """

    pipeline: str
    nodes: Mapping[str, DatasetNode]
    sinks: tuple[tuple[str, str], ...]
    tags: Tags
    neighbours: Neighbours = Neighbours()

    def dependencies(self, column: Origin) -> tuple[Dependency, ...]:
        """What a column is made from directly, its value first."""
        node = self.nodes[column.dataset]
        masked = {each.origin for each in node.value_dependencies(column) if each.masked}
        values = (
            Dependency(each, DependencyKind.VALUE, each in masked) for each in node.values(column)
        )
        return (*values, *node.rows)

    def source_dependencies(self) -> SourceDependencies:
        """What every dataset is made from at last, in one pass along the flow."""
        columns: dict[Origin, frozenset[Origin]] = {}
        unmasked: dict[Origin, frozenset[Origin]] = {}
        rows: dict[str, frozenset[Dependency]] = {}
        needed = self._collect_needed()
        for node in self.nodes.values():
            for column in needed[node.name]:
                direct = node.value_dependencies(column)
                first = frozenset((column,) if node.is_source else ())
                columns[column] = first.union(*(columns.get(d.origin, ()) for d in direct))
                visible = (unmasked.get(d.origin, ()) for d in direct if not d.masked)
                unmasked[column] = first.union(*visible)
            own_rows = (
                Dependency(source, each.kind, each.masked or source not in unmasked[each.origin])
                for each in node.rows
                for source in columns.get(each.origin, ())
            )
            rows[node.name] = frozenset(own_rows).union(*(rows[name] for name in node.inputs))
        return SourceDependencies(columns, unmasked, rows)

    def _collect_needed(self) -> dict[str, dict[Origin, None]]:
        """All columns by dataset, and the fields in them that others are made from."""
        needed = {
            name: {Origin(name, column): None for column in node.columns}
            for name, node in self.nodes.items()
        }
        for node in reversed([*self.nodes.values()]):
            for column in needed[node.name]:
                for origin in node.sources(column):
                    needed[origin.dataset][origin] = None
            for dependency in node.rows:
                needed[dependency.origin.dataset][dependency.origin] = None
        return needed

    def rows_upstream(self, dataset: str) -> tuple[Dependency, ...]:
        """What decides about the rows of a dataset and of everything that they come from."""
        upstream_rows: dict[Dependency, None] = {}
        waiting, visited = [dataset], set[str]()
        while waiting:
            node = self.nodes[waiting.pop()]
            if node.name not in visited:
                visited.add(node.name)
                upstream_rows |= dict.fromkeys(node.rows)
                waiting += node.inputs
        return tuple(upstream_rows)

    def upstream(self, column: Origin) -> dict[Origin, set[DependencyKind]]:
        """All columns that a column depends on, however far away.

        A kind is how it is first met on the way: the value of what rows are filtered by is no
        value of the column.
        """
        kinds_by_origin: dict[Origin, set[DependencyKind]] = {}
        waiting = [(column, DependencyKind.VALUE)]
        while waiting:
            origin, kind = waiting.pop()
            for dependency in (*self.dependencies(origin), *self.rows_upstream(origin.dataset)):
                first_kind = dependency.kind if kind is DependencyKind.VALUE else kind
                if first_kind not in kinds_by_origin.setdefault(dependency.origin, set()):
                    kinds_by_origin[dependency.origin].add(first_kind)
                    waiting.append((dependency.origin, first_kind))
        return kinds_by_origin

    def downstream(self, column: Origin) -> dict[Origin, set[DependencyKind]]:
        """All columns that depend on a column, however far away."""
        return {
            each: kinds
            for node in self.nodes.values()
            for name in node.columns
            for each, kinds in self._dependent_columns(Origin(node.name, name), column)
        }

    def _dependent_columns(
        self, dependent: Origin, column: Origin
    ) -> Iterator[tuple[Origin, set[DependencyKind]]]:
        """A column with how it depends on another; and its fields where they do in more ways."""
        kinds = self._dependency_kinds(dependent, column)
        fields = [
            dependent.field(each.name) for each in self.nodes[dependent.dataset].fields(dependent)
        ]
        shared = kinds.intersection(*(self._dependency_kinds(each, column) for each in fields))
        if shared:
            yield dependent, shared
        for each in fields if kinds - shared else ():
            for field, field_kinds in self._dependent_columns(each, column):
                if field_kinds - shared:
                    yield field, field_kinds

    def _dependency_kinds(self, dependent: Origin, column: Origin) -> set[DependencyKind]:
        """How a column depends on another, on a field in it or on what it is a field in."""
        upstream = self.upstream(dependent).items()
        return {
            kind
            for each, kinds in upstream
            if each.contains(column) or column.contains(each)
            for kind in kinds
        }


def build_lineage(pipeline: Pipeline) -> Lineage:
    """The lineage of a pipeline without errors."""
    roots = plans(pipeline)
    nodes: dict[str, DatasetNode] = {}
    tags = Tags()
    ends: dict[int, list[str]] = {}
    for dataset in pipeline.datasets:
        output = dataset.query.output if isinstance(dataset, Let) else dataset.output
        tags.add(dataset.name, output if isinstance(dataset, Let) else _without_provenance(output))
        nodes[dataset.name] = DatasetNode(
            dataset.name,
            dataset.query.uses if isinstance(dataset, Let) else (),
            {c.name: _value_provenance(dataset, c) for c in output.columns},
            {column.name: column.type for column in output.columns},
            _drop_repeated(row_dependencies(dataset, roots, ends))
            if isinstance(dataset, Let)
            else (),
            output.is_open,
        )
        # A dataset without a step of its own ends where the one before it does.
        ends.setdefault(id(roots[dataset.name]), []).append(dataset.name)
    sinks = tuple((sink.name, sink.dataset) for sink in pipeline.sinks)
    return Lineage(pipeline.name, nodes, sinks, tags)


def _fields(type_: DataType) -> Sequence[StructField]:
    inner = innermost_type(type_)
    return inner.fields if isinstance(inner, StructType) else ()


def _drop_repeated(items: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """Each once; what is after a mask is not told beside what is not."""
    every = dict.fromkeys(items)
    return tuple(
        each for each in every if not (each.masked and Dependency(each.origin, each.kind) in every)
    )


def _without_provenance(relation: Relation) -> Relation:
    """The columns of a source, which are made from nothing: others see them as its copies."""
    columns = tuple(replace(column, provenance=Provenance()) for column in relation.columns)
    return replace(relation, columns=columns)


def _value_provenance(dataset: Source | Let, column: Column) -> Provenance:
    return column.provenance if isinstance(dataset, Let) else Provenance()
