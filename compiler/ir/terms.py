"""Expressions as trees: what two of them are compared by, where text only shows them.

A tree says what Spark computes, not how it was written: brackets, the case of names and words that
mean the same are gone from it. It is as it was resolved; what more is equal is for those to say who
compare.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.types.datatypes import UNKNOWN, DataType

NAME = "name"
"""A column, or a field in one, as it is named; its value are the parts, in lower case."""

PARAMETER = "parameter"
LITERAL = "literal"
STAR = "star"
CALL = "call"
LAMBDA = "lambda"
"""Its value is how many variables it has, each of which is a `VARIABLE` in its one operand."""

VARIABLE = "variable"
"""A variable of a lambda; its value is its place, counted from the outermost lambda."""


class Frame(Struct, frozen=True):
    """Which rows a window looks at; `bounds` are sides, an offset of one is an operand."""

    unit: str
    bounds: tuple[str, ...]
    offsets: tuple[bool, ...]


class Window(Struct, frozen=True):
    """How `over (…)` is put together of operands."""

    partitions: int
    order: tuple[tuple[bool, str | None], ...]
    frame: Frame | None


class CallForm(Struct, frozen=True):
    """How a call is put together of its operands.

    They are the `arguments`, the keys of `within group`, the filter, then those of the window.
    """

    name: str
    arguments: int
    distinct: bool = False
    nulls: str | None = None
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    within_group: tuple[tuple[bool, str | None], ...] = ()
    filter: bool = False
    window: Window | None = None


class Term(Struct, frozen=True, eq=False):
    """A node: an operator and its operands, with what else tells it from others of its kind."""

    operator: str
    operands: tuple[Term, ...] = ()
    value: object = None
    type: DataType = UNKNOWN
    nullable: bool = True


def walk_terms(root: Term) -> Iterator[Term]:
    """A term and all below it."""
    waiting = [root]
    while waiting:
        term = waiting.pop()
        yield term
        waiting += term.operands


def calls_in(root: Term) -> Iterator[CallForm]:
    """Every call in a term."""
    for term in walk_terms(root):
        if isinstance(term.value, CallForm):
            yield term.value
