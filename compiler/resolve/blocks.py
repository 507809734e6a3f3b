"""Blocks of the AST as the values that connectors validate."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ssbt.compiler.connectors import values as c
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.expressions import ParameterUse, Star

_SIZES = frozenset(("b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "byte", "bytes"))


Spelling = Callable[[str], str]


def convert_entries(entries: Iterable[v.Entry], spelling: Spelling) -> tuple[c.OptionEntry, ...]:
    """The entries of a source's or sink's block; `spelling` gives a parameter's declared name."""
    return tuple(
        c.OptionEntry(
            entry.name.text,
            entry.name.span,
            _convert_value(entry.value, spelling, entry.name.text),
            entry.span,
        )
        for entry in entries
        if not isinstance(entry.value, v.BrokenValue)
    )


def _convert_value(node: v.Value, spelling: Spelling, name: str = "") -> c.OptionValue:
    match node:
        case v.TextValue(span, parts):
            return c.Text(
                tuple(_convert_part(part, spelling) for part in parts if part != ""), span
            )
        case ParameterUse(span, _):
            return c.Text((_convert_part(node, spelling),), span)
        case v.NumberValue(span, text):
            return c.Number(text, span)
        case v.BooleanValue(span, value):
            return c.Boolean(value, span)
        case v.QuantityValue(span, amount, unit):
            quantity_class = c.Size if unit in _SIZES else c.Duration
            return quantity_class(amount, unit, span)
        case v.WordValue(span, text):
            return c.Word(text, span)
        case v.EveryValue(span, keyword, quantity):
            duration = c.Duration(quantity.amount, quantity.unit, quantity.span)
            return c.Every(keyword, duration, span)
        case v.ListValue(span, items):
            return c.ListOf(tuple(_convert_value(item, spelling) for item in items), span)
        case v.BlockValue(_, quantity_class, _):
            return _convert_block(node, quantity_class.text if quantity_class else name, spelling)
        case Star(span, _, excluded):
            names = tuple(
                c.Word(".".join(part.text for part in each.parts), each.span) for each in excluded
            )
            return c.StarExcept(names, span)
        case v.ConditionValue(span, _):
            return c.Condition(span)
        case v.BrokenValue(span):
            return c.Word("", span)


def _convert_part(part: str | ParameterUse, spelling: Spelling) -> str | c.ParamUse:
    return part if isinstance(part, str) else c.ParamUse(spelling(part.name.text), part.span)


def _convert_block(node: v.BlockValue, name: str, spelling: Spelling) -> c.OptionValue:
    """A map where the block has no kind, or is `raw`; else a nested kind."""
    if node.kind is not None and name != "raw":
        return c.Nested(name, convert_entries(node.entries, spelling), node.span)
    pairs = tuple(
        c.MapEntry(entry.name.text, entry.name.span, _convert_value(entry.value, spelling))
        for entry in node.entries
    )
    return c.MapOf(pairs, node.span)
