"""What comes out of a dataset or a column, down to the sinks."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage.graph import Lineage, Node, lineage


class Reached(Struct, frozen=True):
    """The datasets and columns that something flows into, and the sinks."""

    datasets: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """All of it, for people."""
        return (*self.datasets, *(f"sink {name}" for name in self.sinks))

    @property
    def severity(self) -> Severity:
        """What something that changes what is computed weighs: nothing where no sink has it."""
        return Severity.BEHAVIOUR if self.sinks else Severity.NONE


class Reach:
    """What flows where in one version of a pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._lineage: Lineage = lineage(pipeline)

    def of(self, *datasets: str) -> Reached:
        """What comes out of the rows of datasets, but for themselves."""
        return self._reached(set(datasets), {})

    def of_columns(self, dataset: str, *columns: str) -> Reached:
        """What comes out of columns of a dataset."""
        names = {name.casefold() for name in columns}
        node = self._lineage.nodes[dataset]
        if node.is_open and not names <= {name.casefold() for name in node.columns}:
            return self.of(dataset)
        return self._reached(set(), {dataset: names})

    def _reached(self, whole: set[str], columns: dict[str, set[str]]) -> Reached:
        begun = whole | columns.keys()
        told: list[str] = []
        for node in self._lineage.nodes.values():
            if node.name in begun:
                continue
            if whole.intersection(node.inputs) or self._decides(node, columns):
                whole.add(node.name)
                told.append(node.name)
                continue
            made = [name for name, of in node.columns.items() if _within(of.origins, columns)]
            if made:
                columns[node.name] = {name.casefold() for name in made}
                told += [f"{node.name}.{name}" for name in made]
        reached = whole | columns.keys()
        return Reached(
            tuple(told), tuple(name for name, of in self._lineage.sinks if of in reached)
        )

    def _decides(self, node: Node, columns: dict[str, set[str]]) -> bool:
        """Whether the columns decide about the rows of a dataset, or may be any of its columns."""
        unknown = node.is_open and bool(columns.keys() & set(node.inputs))
        return unknown or _within((each.origin for each in node.rows), columns)


def _within(origins: Iterable[Origin], columns: dict[str, set[str]]) -> bool:
    return any(origin.column.casefold() in columns.get(origin.dataset, ()) for origin in origins)
