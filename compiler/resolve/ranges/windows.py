"""Functions of windows and of chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import ValueRange, number_range
from ssbt.compiler.types.ranges.spans import Span

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder


def _place(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange:
    """Rows are counted from 1."""
    return number_range(1, None, f"`{function_name(node)}` counts from 1")


def _ntile(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange:
    outcome = finder.view.outcome(parts[0]) if parts else None
    count = outcome.value if isinstance(outcome, Value) else None
    high = count if isinstance(count, int) and count > 0 else None
    reason = f"`ntile` gives from 1 to {high}" if high else "`ntile` counts from 1"
    return number_range(1, high, reason)


def _share(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange:
    return number_range(0.0, 1.0, f"`{function_name(node)}` gives from 0 to 1", None)


def _chance(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    if len(parts) > 1:
        return None
    reason = f"`{function_name(node)}` gives numbers from 0 to below 1"
    return ValueRange((Span(0.0, 1.0, False, True),), reason=reason)


RANGES: Mapping[str, FindRange] = {
    **dict.fromkeys(("row_number", "rank", "dense_rank"), _place),
    "ntile": _ntile,
    **dict.fromkeys(("percent_rank", "cume_dist"), _share),
    **dict.fromkeys(("rand", "random"), _chance),
}
