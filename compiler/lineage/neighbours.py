"""What lies beyond the sources and sinks of a pipeline: those of others of its project."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin


class NeighbourEndpoint(Struct, frozen=True, order=True):
    """A sink that writes what a source reads, or a source that reads it, of another pipeline."""

    pipeline: str
    name: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.pipeline}: {self.name}" + (f".{self.column}" if self.column else "")


class Neighbours(Struct, frozen=True):
    """By source and column in lower case, the columns that are written there; readers by sink."""

    writers: Mapping[tuple[str, str], tuple[NeighbourEndpoint, ...]] = {}
    readers: Mapping[str, tuple[NeighbourEndpoint, ...]] = {}

    def writers_of(self, column: Origin) -> tuple[NeighbourEndpoint, ...]:
        """What sinks of other pipelines write into a column of a source."""
        return self.writers.get((column.dataset, column.column.casefold()), ())

    def readers_of(self, sink: str) -> tuple[NeighbourEndpoint, ...]:
        """The sources of other pipelines that read what a sink writes."""
        return self.readers.get(sink, ())
