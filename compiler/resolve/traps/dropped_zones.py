"""Zones in texts of local times, TIMESTAMP_NTZ, which Spark drops."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import TimestampNTZType

DROPPED_ZONE = Code(
    "SSBT0497",
    "A local time with a zone, which Spark drops",
    """\
A TIMESTAMP_NTZ has no zone. From a text with one Spark takes the clock's time alone, and says
nothing of the zone:

| in Spark 4.1 | gives |
|---|---|
| `timestamp_ntz '2026-01-01 00:00:00 EST'` | `2026-01-01 00:00:00` |
| `cast('2026-01-01T00:00:00+01:00' as timestamp_ntz)` | `2026-01-01 00:00:00` |

Leave the zone out if the local time is meant. If a point in time is meant, use TIMESTAMP.
""",
    wrong=example(
        steps="|> extend timestamp_ntz '2026-01-01 00:00:00+01:00' as opened_at",
    ),
    right=example(steps="|> extend timestamp_ntz '2026-01-01 00:00:00' as opened_at"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Cast, e.TypedLiteral, e.Binary, e.Between, e.InList)
# A letter or a sign after the time: `Z`, `EST`, `Europe/Berlin`, `UTC+3`, `-05:00`.
_ZONED = lazy_pattern(r"\s*\d+-\d+-\d+[ T]\d+:\d+(?::\d+(?:\.\d*)?)?\s*((?:[A-Za-z]|[+-]\d).*?)\s*")
_READING = ("to_timestamp_ntz", "try_to_timestamp_ntz")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    for text in _find_local_times(node, view):
        if (zoned := _ZONED.fullmatch(text.value)) is not None:
            message = f"`{zoned[1]}` is dropped: a TIMESTAMP_NTZ has no zone"
            help_ = ("leave the zone out, or use TIMESTAMP for a point in time",)
            yield Diagnostic(DROPPED_ZONE, message, Label(text.span), (), help_)


def _find_local_times(
    node: e.Expression, view: ExpressionView
) -> Iterator[e.StringLiteral | e.TypedLiteral]:
    """The texts that a node reads as local times."""
    values: list[e.Expression] = []
    match node:
        case e.TypedLiteral(kind="timestamp_ntz"):
            yield node
        case e.Cast(operand=operand):
            values = [operand] if isinstance(view.data_type(node), TimestampNTZType) else []
        case e.Call() if function_name(node) in _READING and len(node.arguments) == 1:
            values = operands(node)
        case _:
            for _, left, right in comparisons(node):
                values += [right] if isinstance(view.data_type(left), TimestampNTZType) else []
                values += [left] if isinstance(view.data_type(right), TimestampNTZType) else []
    for value in values:
        text = without_parentheses(value)
        if isinstance(text, e.StringLiteral):
            yield text
