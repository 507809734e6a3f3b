"""Credentials that are written into expressions."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.secrets import credential_in_expression, written_key
from ssbt.compiler.credentials.queries import CIPHERS
from ssbt.compiler.credentials.texts import is_issued_credential
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e

TAKES = (e.StringLiteral, e.Call)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.StringLiteral):
        if is_issued_credential(node.value):
            yield credential_in_expression(node.span)
        return
    assert isinstance(node, e.Call)
    if (name := function_name(node)) not in CIPHERS:
        return
    parts = operands(node)
    if len(parts) < 2 or any(isinstance(each, e.ParameterUse) for each in nodes(parts[1])):
        return
    # Without a column it is an example, and its result is as plain as its key.
    if view.is_constant(parts[1]) and not view.is_constant(parts[0]):
        yield written_key(name, parts[1].span)
