"""Which expressions have a value before any row is read: what Spark calls foldable."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.walking import child_nodes, nodes
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.types.functions import FunctionKind, find_function


def is_foldable(node: e.Expression, typer: ExpressionTyper) -> bool:
    """Whether the expression depends on no row and on no chance."""
    return all(is_foldable_itself(part, typer) for part in nodes(node))


def find_constant_ids(all_nodes: Sequence[Node], typer: ExpressionTyper) -> frozenset[int]:
    """The ids of those of an expression's nodes, as `nodes` gives them, that are foldable."""
    constant_ids: set[int] = set()
    for node in reversed(all_nodes):
        if is_foldable_itself(node, typer) and all(
            id(part) in constant_ids for part in child_nodes(node)
        ):
            constant_ids.add(id(node))
    return frozenset(constant_ids)


def is_foldable_itself(node: Node, typer: ExpressionTyper) -> bool:
    """Whether a node depends on no row but through its parts."""
    match node:
        case e.ColumnName():
            return typer.find_bare_function(node) is not None
        case e.Star() | e.Lambda():
            return False
        case e.Call():
            function = find_function(node.name.text)
            scalar = function is not None and function.kind is FunctionKind.SCALAR
            return function is None or (scalar and function.deterministic and not node.window)
        case _:
            return True
