"""What tests can reach in a pipeline, and the datasets that tell whether they do."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.ir.expressions import Text
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span


class Branch(Struct, frozen=True):
    """A branch of `case` or `if` as `label` names it for people, at the value that it gives.

    `condition` is SQL that is true where the branch is taken, None where none can tell.
    """

    span: Span
    label: str
    condition: Text | None


class CoverageTarget(Struct, frozen=True):
    """Something that a test can reach; `message` is said where none does.

    `kind` is `dataset`, `branch` or `join`. What is not `measured` cannot be told.
    """

    kind: str
    span: Span
    description: str
    message: str
    measured: bool = True


class Probe(Struct, frozen=True):
    """A dataset, or a transform, whose columns are true where the data has reached a point.

    `subject` is what it looks into; `points` are the numbers of the points, one for each column.
    """

    name: str
    subject: str
    points: tuple[int, ...]


class ProbedPipeline(Struct, frozen=True):
    """A pipeline with its probes among its datasets and transforms.

    `computed` are the points that are reached where a dataset or a transform is computed.
    """

    pipeline: Pipeline
    points: tuple[CoverageTarget, ...]
    probes: tuple[Probe, ...]
    computed: dict[str, tuple[int, ...]]
