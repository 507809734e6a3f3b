"""Our lineage beside what Spark's analysed plans are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.ir.pipeline import Let
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage.dependencies import DependencyKind
from ssbt.compiler.lineage.graph import Lineage
from tests.agreement.plans import Plan, Read

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class MissingLineage(NamedTuple):
    """What plans are made from and our lineage does not name, by dataset; how much was asked."""

    wrong: dict[str, object]
    columns: int
    fields: int
    rows: int


class Ours:
    """What the lineage of a pipeline says of the sources after a dataset."""

    def __init__(self, expected: Lineage, let: Let) -> None:
        self._known = expected
        self._name = let.name
        self.columns = expected.nodes[let.name].columns.keys()

    def values(self, column: str) -> list[Origin]:
        """The sources' columns, and the fields in them, after a column's values."""
        upstream = self._known.upstream(Origin(self._name, column)).items()
        return [
            each
            for each, kinds in upstream
            if self._is_source(each) and DependencyKind.VALUE in kinds
        ]

    def rows(self) -> set[tuple[str, str]]:
        """How the sources' columns decide about the rows."""
        deciding = self._known.source_dependencies().rows[self._name]
        return {(d.kind.value, f"{d.origin.dataset}.{d.origin.column}") for d in deciding}

    def fields_of(self, read: Read) -> Iterator[Origin]:
        """The fields that are read where a column or a struct is, those of structs within, too."""
        dataset, column = read.of.split(".")
        yield from self._leaves(Origin(dataset, column, read.path))

    def _leaves(self, place: Origin) -> Iterator[Origin]:
        node = self._known.nodes[place.dataset]
        fields = node.fields(place) if place.column in node.columns else ()
        if not fields:
            yield place
        for each in fields:
            yield from self._leaves(place.field(each.name))

    def _is_source(self, column: Origin) -> bool:
        return self._known.nodes[column.dataset].is_source


def lacking(ours: Ours, column: str, reads: Iterable[Read]) -> list[str]:
    """What Spark reads for a column that we do not say it is made from."""
    reported = ours.values(column)
    return sorted(
        str(place)
        for read in reads
        for place in (ours.fields_of(read) if read.exact else [Origin(*read.of.split("."))])
        if not any(
            each.contains(place) or (not read.exact and place.contains(each)) for each in reported
        )
    )


def find_missing(expected: Lineage, result: Iterable[tuple[Let, DataFrame]]) -> MissingLineage:
    """What is missing in the lineage of these datasets."""
    wrong: dict[str, object] = {}
    columns = fields = decided = 0
    for let, frame in result:
        ours, plan = Ours(expected, let), Plan(frame)
        for column, reads in plan.sources().items():
            columns += 1
            fields += sum(bool(read.path) for read in reads)
            gap = lacking(ours, column, reads) if column in ours.columns else []
            if gap:
                wrong[f"{let.name}.{column}"] = gap
        rows = plan.rows()
        decided += len(rows)
        if not rows <= ours.rows():
            wrong[f"{let.name} (rows)"] = sorted(rows - ours.rows())
    return MissingLineage(wrong, columns, fields, decided)
