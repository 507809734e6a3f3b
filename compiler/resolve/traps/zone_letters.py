"""Time zones of three letters where functions take them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.zone_letters import describe_zone_letters
from ssbt.compiler.types.zones import SHORT_ZONES

TAKES = (e.Call,)
# Where a function takes a zone.
_PLACES = {
    **dict.fromkeys(("from_utc_timestamp", "to_utc_timestamp"), (1,)),
    "convert_timezone": (0, 1),
    **dict.fromkeys(("make_timestamp", "make_timestamp_ltz", "try_make_timestamp"), (6,)),
}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    places = _PLACES.get(name, ())
    if name == "convert_timezone" and len(parts) == 2:
        places = (0,)
    for place in places:
        text = view.text(parts[place]) if place < len(parts) else None
        if text in SHORT_ZONES:
            yield describe_zone_letters(text, parts[place].span)
