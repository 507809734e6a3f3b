"""What an engine says of a table as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TableSummary:
    """A table as it is now: where it is, how large, how laid out, and what is set of it."""

    id: str
    description: str | None
    location: str
    files: int
    size: int
    partition_by: Sequence[str]
    properties: Mapping[str, str]
    cluster_by: Sequence[str] = ()
    constraints: Mapping[str, str] = field(default_factory=dict)
    features: Sequence[str] = ()
    references: Sequence[str] = ()
