"""A function of a script, in code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ssbt.compiler.emit.source_map import FunctionMapping


class ScriptFunction(Struct, frozen=True):
    """A function in code, for the template.

    `frames` are the variables of the datasets that it takes, and `datasets` their names, in order.
    `is_query` holds where the code has SQL text in it.
    """

    mapping: FunctionMapping
    frames: tuple[str, ...]
    returns: str
    docstring: str
    statements: tuple[str, ...]
    datasets: tuple[str, ...] = ()
    takes_params: bool = False
    takes_job: bool = False
    is_query: bool = False

    @property
    def name(self) -> str:
        return self.mapping.name


def sort_by_source(
    functions: Iterable[ScriptFunction], files: Sequence[str]
) -> list[ScriptFunction]:
    """The functions in the order in which these files declare what they came from."""
    ranks = {path: rank for rank, path in enumerate(files)}

    def position(function: ScriptFunction) -> tuple[int, int]:
        span = function.mapping.span
        return ranks.get(span.path, len(files)), span.start

    return sorted(functions, key=position)
