"""How the values of blocks are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.formatting.expressions import Parts, expands, parameter_text
from ssbt.compiler.syntax.formatting.layout import (
    CELL,
    END,
    GROUP,
    UNNEST,
    Begins,
    Break,
    Nest,
    Place,
)
from ssbt.compiler.syntax.names import kind_name, option_name, word_text
from ssbt.compiler.syntax.strings import Parameter, double_quoted, triple_quoted

FIRST_UNIT = Break(hard=True, begins=Begins.UNIT)
NEXT_UNIT = Break(", ", hard=True, begins=Begins.UNIT)
LAST_BREAK = Break("", hard=True, begins=Begins.CLOSING)
_SOFT_FIRST = Break(begins=Begins.UNIT)
_SOFT_NEXT = Break(", ", begins=Begins.UNIT)
_SOFT_LAST = Break(begins=Begins.CLOSING)
_EMPTY = Break("", begins=Begins.CLOSING)
_ITEM_FIRST = Break("", begins=Begins.UNIT)
_ITEM_NEXT = Break(", ", before=",", begins=Begins.UNIT)
_ITEMS_LAST = Break("", before=",", begins=Begins.CLOSING)


def lines_of_block(units: list[Parts], end: int) -> Parts:
    """`{`, each unit on a line of its own, and `}`, which ends at the offset `end`."""
    if not units:
        return [GROUP, "{", _EMPTY, Place(end - 1), "}", END]
    out: Parts = ["{", Nest(2)]
    for index, unit in enumerate(units):
        out += [NEXT_UNIT if index else FIRST_UNIT, *unit]
    return [*out, UNNEST, LAST_BREAK, Place(end - 1), "}"]


def block(entries: tuple[v.Entry, ...], end: int) -> Parts:
    """The block of a declaration."""
    return lines_of_block([[entry] for entry in entries], end)


@expands(v.Entry)
def _(node: v.Entry) -> Parts:
    text = node.name.text
    name = double_quoted((text,)) if node.quoted else option_name(text)
    if isinstance(node.value, v.BlockValue) and node.value.kind is None:
        return [f"{name} ", node.value]
    return [name, CELL, " = ", node.value]


@expands(v.BlockValue)
def _(node: v.BlockValue) -> Parts:
    kind = f"{kind_name(node.kind.text)} " if node.kind else ""
    if not node.entries:
        return [kind, GROUP, "{", _EMPTY, Place(node.span.end - 1), "}", END]
    out: Parts = [kind, GROUP, "{", Nest(2)]
    for index, entry in enumerate(node.entries):
        out += [_SOFT_NEXT if index else _SOFT_FIRST, entry]
    return [*out, UNNEST, _SOFT_LAST, Place(node.span.end - 1), "}", END]


@expands(v.ListValue)
def _(node: v.ListValue) -> Parts:
    place = Place(node.span.end - 1)
    if not node.items:
        return [GROUP, "[", _EMPTY, place, "]", END]
    out: Parts = [GROUP, "[", Nest(2)]
    for index, item in enumerate(node.items):
        out += [_ITEM_NEXT if index else _ITEM_FIRST, item]
    return [*out, UNNEST, _ITEMS_LAST, place, "]", END]


@expands(v.TextValue)
def _(node: v.TextValue) -> Parts:
    pieces = [p if isinstance(p, str) else Parameter(parameter_text(p)) for p in node.parts]
    return [triple_quoted(pieces) if node.multiline else double_quoted(pieces)]


@expands(v.NumberValue)
def _(node: v.NumberValue) -> Parts:
    return [node.text]


@expands(v.WordValue)
def _(node: v.WordValue) -> Parts:
    return [word_text(node.text)]


@expands(v.BooleanValue)
def _(node: v.BooleanValue) -> Parts:
    return ["true" if node.value else "false"]


@expands(v.QuantityValue)
def _(node: v.QuantityValue) -> Parts:
    return [f"{node.amount} {node.unit}"]


@expands(v.EveryValue)
def _(node: v.EveryValue) -> Parts:
    return [f"{node.word} ", node.interval]
