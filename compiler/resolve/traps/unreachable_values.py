"""Comparisons with what a function never gives."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.view import (
    View,
    bare,
    comparisons,
    function_name,
    operands,
    quoted,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value

NEVER_GIVEN = Code(
    "SSBT0463",
    "A value that the function never gives",
    """\
No row has this value: months go from 1 to 12, `dayofweek` from 1, which is Sunday, to 7, `weekday`
from 0, which is Monday, to 6; what `upper` gives has no small letters, and what `trim` gives no
blank at its ends.

| in Spark 4.1 | gives |
|---|---|
| `month(date '2026-01-31')` | `1` |
| `dayofweek(date '2026-11-29')` | `1` |
| `weekday(date '2026-11-29')` | `6` |
| `upper('paid') = 'paid'` | `false` |
| `trim(' a ') = ' a'` | `false` |
| `date_format(date '2026-11-28', 'EEEE')` | `Saturday` |
""",
    wrong=example(steps="|> where upper(status) = 'paid'"),
    right=example(steps="|> where upper(status) = 'PAID'"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.InList, e.Between)
_RANGES = {
    **dict.fromkeys(("length", "char_length", "character_length", "octet_length"), (0, None)),
    **dict.fromkeys(("day", "dayofmonth"), (1, 31)),
    "month": (1, 12),
    "quarter": (1, 4),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
    "dayofweek": (1, 7),
    "weekday": (0, 6),
    "dayofyear": (1, 366),
    "weekofyear": (1, 53),
}
_FOLDS = {"upper": str.upper, "ucase": str.upper, "lower": str.lower, "lcase": str.lower}
_TRIMS = ("trim", "btrim")


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    for operator, left, right in comparisons(node):
        if operator not in ("=", "==", "!=", "<>", "<=>"):
            continue
        for call, constant in ((bare(left), right), (bare(right), left)):
            if isinstance(call, e.Call) and operands(call) and not view.is_constant(call):
                yield from _compared(call, constant, view)


def _compared(call: e.Call, constant: e.Expression, view: View) -> Iterator[Diagnostic]:
    name, made = function_name(call), view.outcome(constant)
    value = made.value if isinstance(made, Value) else None
    if name in _RANGES and isinstance(value, int) and not isinstance(value, bool):
        low, high = _RANGES[name]
        if value < low or (high is not None and value > high):
            reach = f"from {low} to {high}" if high is not None else f"{low} or more"
            yield _finding(constant, f"`{name}` gives {reach}", None)
    elif name in _FOLDS and isinstance(value, str):
        right = _FOLDS[name](value)
        # Some letters of other alphabets have no other case, or two.
        if right != value and value.isascii():
            kind = "small" if name in ("upper", "ucase") else "capital"
            message = f"what `{name}` gives has no {kind} letters"
            yield _finding(constant, message, quoted(right))
    elif name in _TRIMS and isinstance(value, str) and len(operands(call)) == 1:
        right = value.strip(" ")
        if right != value and not call.words:
            message = f"what `{name}` gives has no blank at its ends"
            yield _finding(constant, message, quoted(right))


def _finding(constant: e.Expression, reason: str, right: str | None) -> Diagnostic:
    message = f"{reason}, and this is none of it"
    help_ = (f"write {right}",) if right else ()
    fix = (Edit(constant.span, right),) if right else ()
    if not isinstance(bare(constant), e.StringLiteral):
        fix = ()
    return Diagnostic(NEVER_GIVEN, message, Label(constant.span), (), help_, fix)
