"""`^`, which other languages read as a power."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.model import Value

EXCLUSIVE_OR = Code(
    "SSBT0489",
    "`^` where you may mean a power",
    """\
`^` compares bits: a bit of the result is 1 if exactly one of the two bits is. For a power, write
`power(a, 2)`, which gives a DOUBLE.

| in Spark 4.1 | gives |
|---|---|
| `2 ^ 3` | `1` |
| `10 ^ 2` | `8` |
| `power(2, 3)` | `8.0` |

The warning appears next to a constant from 2 to 10, and between two constants. An expression with
other bit operators, such as `&` and `<<`, is taken to mean bits.
""",
    wrong=example(steps="|> extend id ^ 2 as square"),
    right=example(steps="|> extend power(id, 2) as square"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary,)
_BITS = ("&", "|", "<<", ">>", ">>>")
_SIMPLE = (e.NumberLiteral, e.ColumnName, e.Parenthesised, e.Call, e.ParameterUse)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Binary)
    if node.operator == "^":
        yield from _check_power(node, view)


def _is_about_bits(node: Node) -> bool:
    return (isinstance(node, e.Binary) and node.operator in _BITS) or (
        isinstance(node, e.Unary) and node.operator == "~"
    )


def _check_power(node: e.Binary, view: ExpressionView) -> Iterator[Diagnostic]:
    outcomes = [view.outcome(node.left), view.outcome(node.right)]
    numbers = [each.value for each in outcomes if isinstance(each, Value)]
    whole = [each for each in numbers if isinstance(each, int)]
    # `flags ^ 1` turns a bit over.
    is_power = any(2 <= number <= 10 for number in whole) or len(whole) == 2
    if not is_power or any(map(_is_about_bits, view.nodes)):
        return
    message = "`^` is no power: it compares the bits of both numbers"
    left, right = ssbt_text(node.left), ssbt_text(node.right)
    help_ = (f"a power is `power({left}, {right})`",)
    is_simple = all(isinstance(side, _SIMPLE) for side in (node.left, node.right))
    parts = [ssbt_text(without_parentheses(side)) for side in (node.left, node.right)]
    fix = (Edit(node.span, f"power({', '.join(parts)})"),) if is_simple else ()
    yield Diagnostic(EXCLUSIVE_OR, message, Label(node.span), (), help_, fix)
