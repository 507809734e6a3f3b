"""What comes out of a dataset or a column, down to the sinks."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage.graph import DatasetNode, Lineage, build_lineage


class DownstreamImpact(Struct, frozen=True):
    """The datasets and columns that something flows into, and the sinks."""

    datasets: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of it, for people."""
        return (*self.datasets, *(f"sink {name}" for name in self.sinks))

    @property
    def severity(self) -> Severity:
        """What something that changes what is computed weighs: nothing where no sink has it."""
        return Severity.BEHAVIOUR if self.sinks else Severity.NONE


class ImpactAnalysis:
    """What flows where in one version of a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._lineage: Lineage = build_lineage(pipeline)

    def of_datasets(self, *datasets: str) -> DownstreamImpact:
        """What comes out of the rows of datasets, but for themselves."""
        return self._trace(set(datasets), {})

    def of_columns(self, dataset: str, *columns: str) -> DownstreamImpact:
        """What comes out of columns of a dataset."""
        names = {name.casefold() for name in columns}
        node = self._lineage.nodes[dataset]
        if node.is_open and not names <= {name.casefold() for name in node.columns}:
            return self.of_datasets(dataset)
        return self._trace(set(), {dataset: names})

    def _trace(self, whole: set[str], columns: dict[str, set[str]]) -> DownstreamImpact:
        starts = whole | columns.keys()
        affected: list[str] = []
        for node in self._lineage.nodes.values():
            if node.name in starts:
                continue
            if whole.intersection(node.inputs) or self._affects_rows(node, columns):
                whole.add(node.name)
                affected.append(node.name)
                continue
            affected_columns = [
                name for name, of in node.columns.items() if _has_origin_in(of.origins, columns)
            ]
            if affected_columns:
                columns[node.name] = {name.casefold() for name in affected_columns}
                affected += [f"{node.name}.{name}" for name in affected_columns]
        affected_datasets = whole | columns.keys()
        return DownstreamImpact(
            tuple(affected),
            tuple(name for name, of in self._lineage.sinks if of in affected_datasets),
        )

    def _affects_rows(self, node: DatasetNode, columns: dict[str, set[str]]) -> bool:
        """Whether the columns decide about the rows of a dataset, or may be any of its columns."""
        unknown = node.is_open and bool(columns.keys() & set(node.inputs))
        return unknown or _has_origin_in((each.origin for each in node.rows), columns)


def _has_origin_in(origins: Iterable[Origin], columns: dict[str, set[str]]) -> bool:
    return any(origin.column.casefold() in columns.get(origin.dataset, ()) for origin in origins)
