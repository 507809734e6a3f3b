"""What a query calls."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.steps import Input, Query


def used_transforms(query: Query) -> Iterator[str]:
    """The transforms that a query calls, in order; one may come several times."""
    yield from _called_transforms(query.base)
    for step in query.steps:
        match step:
            case s.UseTransform():
                for argument in step.arguments:
                    yield from _called_transforms(argument)
                yield step.transform
            case s.Join() | s.SetOperation():
                yield from _called_transforms(step.right)
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


def _called_transforms(operand: Input) -> Iterator[str]:
    if operand.arguments is not None:
        for argument in operand.arguments:
            yield from _called_transforms(argument)
        yield operand.dataset
