"""Roots and logarithms of constants that have none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value

NO_NUMBER = Code(
    "SSBT0474",
    "A root or logarithm that is not a number",
    """\
Spark does not stop at the root of a negative number or the logarithm of 0. The first gives NaN and
the second null, and whatever is computed from them is NaN or null as well. NaN is greater than any
number, and equal to itself.

| in Spark 4.1 | gives |
|---|---|
| `sqrt(-4)` | `NaN` |
| `sqrt(-4) > 1000` | `true` |
| `ln(-1)` | `null` |
| `log(0)` | `null` |
| `log(10, 0)` | `null` |
| `acos(2)` | `NaN` |
| `atanh(2)` | `NaN` |
| `factorial(21)` | `null` |
""",
    wrong=example(steps="|> extend id * ln(0) as weight"),
    right=example(steps="|> extend id * ln(1) as weight"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)


def _is_not_positive(number: float) -> bool:
    return number <= 0


def _is_beyond_one(number: float) -> bool:
    return abs(number) > 1


# What the last argument of each must not be, and what Spark makes of it.
_WRONG: Mapping[str, tuple[Callable[[float], bool], str]] = {
    "sqrt": (lambda number: number < 0, "NaN"),
    **dict.fromkeys(("ln", "log", "log2", "log10"), (_is_not_positive, "null")),
    "log1p": (lambda number: number <= -1, "null"),
    **dict.fromkeys(("acos", "asin"), (_is_beyond_one, "NaN")),
    "acosh": (lambda number: number < 1, "NaN"),
    "atanh": (_is_beyond_one, "NaN"),
    "factorial": (lambda number: not 0 <= number <= 20, "null"),
}

NO_NUMBERS = (*_WRONG, "pow", "power")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if name in ("pow", "power") and len(parts) == 2:
        yield from _check_power(node, parts, view)
    if name not in _WRONG or not parts:
        return
    is_wrong, outcome = _WRONG[name]
    number = _number(parts[-1], view)
    if number is not None and is_wrong(number):
        yield _finding(node, parts[-1], outcome)
    if name == "log" and len(parts) == 2:
        base = _number(parts[0], view)
        if base is not None and base <= 0:
            yield _finding(node, parts[0], outcome)


def _check_power(
    node: e.Call, parts: list[e.Expression], view: ExpressionView
) -> Iterator[Diagnostic]:
    """A root of a negative number, as `pow(-8, 0.5)`."""
    base, exponent = (_number(part, view) for part in parts)
    if base is not None and exponent is not None and base < 0 and exponent != int(exponent):
        yield _finding(node, parts[0], "NaN")


def _number(node: e.Expression, view: ExpressionView) -> float | None:
    outcome = view.outcome(node)
    value = outcome.value if isinstance(outcome, Value) else None
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]


def _finding(node: e.Call, part: e.Expression, outcome: str) -> Diagnostic:
    message = f"`{function_name(node)}` of this is {outcome} in every row"
    help_ = "where null is meant, write `null`"
    return Diagnostic(NO_NUMBER, message, Label(part.span), (), (help_,))
