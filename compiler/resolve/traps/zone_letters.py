"""Time zones of three letters in texts of times, and where functions take them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import TimestampType
from ssbt.compiler.types.zone_letters import describe_zone_letters
from ssbt.compiler.types.zones import SHORT_ZONES

TAKES = (e.Call, e.Cast, e.TypedLiteral, e.Binary, e.Between, e.InList)
_TIME = lazy_pattern(r"\s*\d+-\d+-\d+[ T]\d+:\d+:\d+(?:\.\d*)?\s*([A-Z]{3})\s*")
_READING = ("to_timestamp", "to_timestamp_ltz", "try_to_timestamp", "timestamp")
# Where a function takes a zone.
_PLACES = {
    **dict.fromkeys(("from_utc_timestamp", "to_utc_timestamp"), (1,)),
    "convert_timezone": (0, 1),
}
_MAKING = ("make_timestamp", "make_timestamp_ltz", "try_make_timestamp", "try_make_timestamp_ltz")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    for time in _find_times(node, view):
        zone = _TIME.fullmatch(time.value)
        if zone is not None and zone[1] in SHORT_ZONES:
            yield describe_zone_letters(zone[1], time.span)
    if not isinstance(node, e.Call):
        return
    name, parts = function_name(node), operands(node)
    places = _PLACES.get(name, ())
    if name == "convert_timezone" and len(parts) == 2:
        places = (0,)
    if name in _MAKING:
        # Of a date and a time, or of six numbers.
        places = (2,) if len(parts) == 3 else (6,)
    for place in places:
        text = view.text(parts[place]) if place < len(parts) else None
        if text in SHORT_ZONES:
            yield describe_zone_letters(text, parts[place].span)


def _find_times(
    node: e.Expression, view: ExpressionView
) -> Iterator[e.StringLiteral | e.TypedLiteral]:
    """The texts that a node reads as times with a zone."""
    values: list[e.Expression] = []
    match node:
        case e.TypedLiteral(kind="timestamp" | "timestamp_ltz"):
            yield node
        case e.Cast(operand=operand):
            values = [operand] if isinstance(view.data_type(node), TimestampType) else []
        case e.Call() if function_name(node) in _READING and len(node.arguments) == 1:
            values = operands(node)
        case _:
            for _, left, right in comparisons(node):
                values += [right] if isinstance(view.data_type(left), TimestampType) else []
                values += [left] if isinstance(view.data_type(right), TimestampType) else []
    for value in values:
        text = without_parentheses(value)
        if isinstance(text, e.StringLiteral):
            yield text
