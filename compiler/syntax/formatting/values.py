"""How the values of blocks are laid out; see `files`."""

from __future__ import annotations

from ssbt.compiler.line_breaking import (
    CELL,
    END,
    GROUP,
    UNNEST,
    Break,
    LineRole,
    Nest,
    SourceOffset,
)
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.formatting.expansions import Parts, register_expansion
from ssbt.compiler.syntax.formatting.names import parameter_text
from ssbt.compiler.syntax.names import kind_name, option_name, word_text
from ssbt.compiler.syntax.strings import Parameter, double_quote, triple_quote
from ssbt.grammar.words import CONDITION_NAMES

FIRST_UNIT = Break(hard=True, role=LineRole.UNIT)
NEXT_UNIT = Break(", ", hard=True, role=LineRole.UNIT)
LAST_BREAK = Break("", hard=True, role=LineRole.CLOSING)
_SOFT_FIRST = Break(role=LineRole.UNIT)
_SOFT_NEXT = Break(", ", role=LineRole.UNIT)
_SOFT_LAST = Break(role=LineRole.CLOSING)
_EMPTY = Break("", role=LineRole.CLOSING)
_ITEM_FIRST = Break("", role=LineRole.UNIT)
_ITEM_NEXT = Break(", ", line_end=",", role=LineRole.UNIT)
_ITEMS_LAST = Break("", line_end=",", role=LineRole.CLOSING)


def format_block_lines(units: list[Parts], end: int) -> Parts:
    """`{`, each unit on a line of its own, and `}`, which ends at the offset `end`."""
    if not units:
        return [GROUP, "{", _EMPTY, SourceOffset(end - 1), "}", END]
    out: Parts = ["{", Nest(2)]
    for index, unit in enumerate(units):
        out += [NEXT_UNIT if index else FIRST_UNIT, *unit]
    return [*out, UNNEST, LAST_BREAK, SourceOffset(end - 1), "}"]


def format_block(entries: tuple[v.Entry, ...], end: int) -> Parts:
    """The block of a declaration."""
    return format_block_lines([[entry] for entry in entries], end)


@register_expansion(v.Entry)
def _(node: v.Entry) -> Parts:
    text = node.name.text
    name = double_quote((text,)) if node.quoted else option_name(text)
    if name.lower() in CONDITION_NAMES and not isinstance(node.value, v.ConditionValue):
        # Without backticks it would begin a condition.
        name = f"`{name}`"
    if isinstance(node.value, v.BlockValue) and node.value.kind is None:
        return [f"{name} ", node.value]
    return [name, CELL, " = ", node.value]


@register_expansion(v.BlockValue)
def _(node: v.BlockValue) -> Parts:
    kind = f"{kind_name(node.kind.text)} " if node.kind else ""
    if not node.entries:
        return [kind, GROUP, "{", _EMPTY, SourceOffset(node.span.end - 1), "}", END]
    out: Parts = [kind, GROUP, "{", Nest(2)]
    for index, entry in enumerate(node.entries):
        out += [_SOFT_NEXT if index else _SOFT_FIRST, entry]
    return [*out, UNNEST, _SOFT_LAST, SourceOffset(node.span.end - 1), "}", END]


@register_expansion(v.ListValue)
def _(node: v.ListValue) -> Parts:
    place = SourceOffset(node.span.end - 1)
    if not node.items:
        return [GROUP, "[", _EMPTY, place, "]", END]
    out: Parts = [GROUP, "[", Nest(2)]
    for index, item in enumerate(node.items):
        out += [_ITEM_NEXT if index else _ITEM_FIRST, item]
    return [*out, UNNEST, _ITEMS_LAST, place, "]", END]


@register_expansion(v.TextValue)
def _(node: v.TextValue) -> Parts:
    pieces = [p if isinstance(p, str) else Parameter(parameter_text(p)) for p in node.parts]
    return [triple_quote(pieces) if node.multiline else double_quote(pieces)]


@register_expansion(v.ConditionValue)
def _(node: v.ConditionValue) -> Parts:
    return [node.condition]


@register_expansion(v.NumberValue)
def _(node: v.NumberValue) -> Parts:
    return [node.text]


@register_expansion(v.WordValue)
def _(node: v.WordValue) -> Parts:
    return [word_text(node.text)]


@register_expansion(v.BooleanValue)
def _(node: v.BooleanValue) -> Parts:
    return ["true" if node.value else "false"]


@register_expansion(v.QuantityValue)
def _(node: v.QuantityValue) -> Parts:
    return [f"{node.amount} {node.unit}"]


@register_expansion(v.EveryValue)
def _(node: v.EveryValue) -> Parts:
    return [f"{node.keyword} ", node.interval]
