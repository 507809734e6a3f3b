"""Parts of terms: the order and the bounds of windows, names of types and arguments."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.ir.terms import (
    Frame,
    Term,
    Window,
)
from ssbt.compiler.resolve.expressions.expression_context import implicit_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.types import TypeName
from ssbt.compiler.types.datatypes import BOOLEAN


def negate(term: Term, *, is_negated: bool) -> Term:
    return Term("not", (term,), None, BOOLEAN, term.nullable) if is_negated else term


def argument_name(argument: e.Argument) -> str:
    """The parameter or field that an argument is for, as far as it is said."""
    if argument.name is not None:
        return f"{argument.name.text.casefold()} =>"
    return (
        argument.alias.text if argument.alias is not None else implicit_name(argument.value) or ""
    )


def convert_order(keys: Iterable[e.SortKey]) -> tuple[tuple[bool, str | None], ...]:
    """Spark sorts nulls first where it ascends, and last where it descends."""
    return tuple(
        (key.descending, key.nulls or ("last" if key.descending else "first")) for key in keys
    )


def frame_bounds(window: e.Window) -> tuple[e.FrameBound, ...]:
    """The start and the end of a window's frame, as far as they are given."""
    if window.frame is None:
        return ()
    end = window.frame.end
    return (window.frame.start, end) if end is not None else (window.frame.start,)


def convert_window(window: e.Window) -> Window:
    """A window as a term has it."""
    frame = None
    if window.frame is not None:
        bounds = frame_bounds(window)
        sides = [bound.side for bound in bounds]
        # A start alone ends at the row itself.
        sides += ["current row"] * (2 - len(sides))
        offsets = (*(bound.offset is not None for bound in bounds), False)[:2]
        frame = Frame(window.frame.unit, tuple(sides), offsets)
    return Window(len(window.partition), convert_order(window.order), frame)


def type_name(node: TypeName) -> tuple[object, ...]:
    """A type as it is written, without the case of words."""
    fields = tuple(
        (field.name.text, type_name(field.type), field.not_null, field.comment)
        for field in node.fields
    )
    arguments = tuple(map(type_name, node.arguments))
    return (node.name.casefold(), node.numbers, arguments, fields, node.units, node.collation)
