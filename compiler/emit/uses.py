"""What a query calls."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.steps import Input, Query


def used_transforms(query: Query) -> Iterator[str]:
    """The transforms that a query calls, in order; one may come several times."""
    yield from _called(query.base)
    for step in query.steps:
        match step:
            case s.UseTransform():
                for argument in step.arguments:
                    yield from _called(argument)
                yield step.transform
            case s.Join() | s.SetOperation():
                yield from _called(step.right)
            case s.Filter() | s.Project() | s.WithColumns() | s.DropColumns() | s.Alias():
                pass
            case s.RenameColumns() | s.Aggregate() | s.Distinct() | s.Deduplicate():
                pass
            case s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.Pivot() | s.Unpivot():
                pass
            case s.Sample() | s.Explode() | s.ApplyFunction() | s.Stateful():
                pass
            case s.SqlQuery():
                # It names datasets, which are no calls.
                pass


def _called(used: Input) -> Iterator[str]:
    if used.arguments is not None:
        for argument in used.arguments:
            yield from _called(argument)
        yield used.dataset
