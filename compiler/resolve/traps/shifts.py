"""Shifts by more bits than the number has."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import LongType
from ssbt.compiler.types.folding.model import Value

WIDE_SHIFT = Code(
    "SSBT0475",
    "A shift by more bits than the number has",
    """\
Java uses the remainder: an INT has 32 bits, so a shift by 33 is a shift by 1. A BIGINT has 64.

| in Spark 4.1 | gives |
|---|---|
| `1 << 33` | `2` |
| `1L << 33` | `8589934592` |
| `shiftright(8, 32)` | `8` |
| `shiftleft(1, -1)` | `-2147483648` |
""",
    wrong=example(steps="|> extend cast(id as int) << 33 as flags"),
    right=example(steps="|> extend id << 33 as flags"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Call)
_SHIFTS = ("shiftleft", "shiftright", "shiftrightunsigned")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Binary(operator="<<" | ">>" | ">>>", left=left, right=right):
            number, count = left, right
        case e.Call() if function_name(node) in _SHIFTS and len(operands(node)) == 2:
            number, count = operands(node)
        case _:
            return
    outcome = view.outcome(count)
    by = outcome.value if isinstance(outcome, Value) else None
    is_long = isinstance(view.data_type(number), LongType)
    bits = 64 if is_long else 32
    if isinstance(by, bool) or not isinstance(by, int) or 0 <= by < bits:
        return
    kind = "a BIGINT" if is_long else "an INT"
    message = f"{kind} has {bits} bits, and a shift by {by} is one by {by % bits}"
    if is_long or by < 0 or by >= 64:
        yield Diagnostic(WIDE_SHIFT, message, Label(count.span))
        return
    text = f"cast({ssbt_text(number)} as bigint)"
    fix = (Edit(number.span, text),)
    help_ = (f"a BIGINT has 64 bits: `{text}`",)
    yield Diagnostic(WIDE_SHIFT, message, Label(count.span), (), help_, fix)
