"""A function of a script, in code."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.emit.source_map import FunctionMapping

# What is left of a line for an item that stands three levels deep, before its comma.
_ITEM_WIDTH = 75


class ScriptFunction(Struct, frozen=True):
    """A function in code, for the template.

    `datasets` are the names of the datasets that it takes, in the order of its arguments.
    `is_query` holds where the code has SQL text in it.
    """

    mapping: FunctionMapping
    arguments: tuple[str, ...]
    returns: str
    place: str
    docstring: str
    statements: tuple[str, ...]
    datasets: tuple[str, ...] = ()
    takes_params: bool = False
    is_query: bool = False

    @property
    def name(self) -> str:
        return self.mapping.name


def emit_tuple_item(literal: str) -> str:
    """A string in a tuple; parentheses tell pieces of a long one from items without a comma."""
    return f"({literal})" if len(literal) > _ITEM_WIDTH else literal
