"""Blocks of the AST as the values that connectors validate."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ssbt.compiler.connectors import values as c
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import ParameterUse

_SIZES = frozenset(("b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "byte", "bytes"))


Spelling = Callable[[str], str]


def option_entries(entries: Iterable[v.Entry], spelling: Spelling) -> tuple[c.OptionEntry, ...]:
    """The entries of a source's or sink's block; `spelling` gives a parameter's declared name."""
    return tuple(
        c.OptionEntry(
            entry.name.text,
            entry.name.span,
            _value(entry.value, spelling, entry.name.text),
            entry.span,
        )
        for entry in entries
        if not isinstance(entry.value, v.BrokenValue)
    )


def _value(node: v.Value, spelling: Spelling, name: str = "") -> c.OptionValue:
    match node:
        case v.TextValue(span, parts):
            return c.Text(tuple(_part(part, spelling) for part in parts if part != ""), span)
        case ParameterUse(span, _):
            return c.Text((_part(node, spelling),), span)
        case v.NumberValue(span, text):
            return c.Number(text, span)
        case v.BooleanValue(span, value):
            return c.Boolean(value, span)
        case v.QuantityValue(span, amount, unit):
            kind = c.Size if unit in _SIZES else c.Duration
            return kind(amount, unit, span)
        case v.WordValue(span, text):
            return c.Word(text, span)
        case v.EveryValue(span, word, quantity):
            duration = c.Duration(quantity.amount, quantity.unit, quantity.span)
            return c.Every(word, duration, span)
        case v.ListValue(span, items):
            return c.ListOf(tuple(_value(item, spelling) for item in items), span)
        case v.BlockValue(_, kind, _):
            return _block(node, kind.text if kind else name, spelling)
    return c.Word("", node.span)


def _part(part: str | ParameterUse, spelling: Spelling) -> str | c.ParamUse:
    return part if isinstance(part, str) else c.ParamUse(spelling(part.name.text), part.span)


def _block(node: v.BlockValue, name: str, spelling: Spelling) -> c.OptionValue:
    """A map where the block has no kind, or is `raw`; else a nested kind."""
    if node.kind is not None and name != "raw":
        return c.Nested(name, option_entries(node.entries, spelling), node.span)
    pairs = tuple(
        c.MapEntry(entry.name.text, entry.name.span, _value(entry.value, spelling))
        for entry in node.entries
    )
    return c.MapOf(pairs, node.span)
