"""Comparisons with the empty text, which a source has read as null."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.traits import Trait
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.traits import find_traits
from ssbt.compiler.resolve.traps.unreachable_values import NEVER_GIVEN
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import INT
from ssbt.compiler.types.folding.model import Value

TAKES = (e.Binary,)
_LENGTHS = ("length", "len", "char_length", "character_length")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Binary)
    if node.operator not in ("=", "=="):
        return
    for side, constant in ((node.left, node.right), (node.right, node.left)):
        text = _find_compared(side, constant, view)
        if text is None or Trait.NEVER_EMPTY not in find_traits(text, view):
            continue
        if not _asks_for_null(text, view):
            name = ssbt_text(text)
            message = f"`{name}` is never empty: its source reads the empty text as null"
            help_ = (f"write `{name} is null`",)
            yield Diagnostic(NEVER_GIVEN, message, Label(node.span), (), help_)


def _find_compared(
    side: e.Expression, constant: e.Expression, view: ExpressionView
) -> e.Expression | None:
    """The text that is compared with the empty one, or whose length is with 0."""
    if view.text(constant) == "":
        return without_parentheses(side)
    call = without_parentheses(side)
    if isinstance(call, e.Call) and function_name(call) in _LENGTHS and operands(call):
        return operands(call)[0] if view.outcome(constant) == Value(INT, 0) else None
    return None


def _asks_for_null(text: e.Expression, view: ExpressionView) -> bool:
    """`s = '' or s is null` is right, whatever the source gives."""
    return any(
        (isinstance(node, e.Is) and is_same_expression(node.operand, text))
        or (
            isinstance(node, e.Call)
            and function_name(node) in ("isnull", "isnotnull")
            and is_same_expression(operands(node)[0], text)
        )
        for node in view.nodes
    )
