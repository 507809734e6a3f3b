"""What a query calls."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.ir.steps import (
    Input,
    Join,
    Query,
    SetOperation,
    UseTransform,
)


def used_transforms(query: Query) -> Iterator[str]:
    """The transforms that a query calls, in order; one may come several times."""
    yield from _called(query.base)
    for step in query.steps:
        match step:
            case UseTransform():
                for argument in step.arguments:
                    yield from _called(argument)
                yield step.transform
            case Join() | SetOperation():
                yield from _called(step.right)
            case _:
                pass


def _called(used: Input) -> Iterator[str]:
    if used.arguments is not None:
        for argument in used.arguments:
            yield from _called(argument)
        yield used.dataset
