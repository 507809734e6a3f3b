"""Walking an expression's nodes without recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name, Node

SameColumn = Callable[[e.ColumnName, e.ColumnName], bool]


def nodes(root: Node) -> Iterator[Node]:
    """Every node below `root`, itself first."""
    stack: list[object] = [root]
    while stack:
        item = stack.pop()
        if type(item) is tuple:
            stack += item
        elif isinstance(item, Node):
            yield item
            # This is the compiler's most frequent loop: the fields of a class are read in one call.
            stack += _field_reader(type(item))(item)


def child_nodes(node: Node) -> list[Node]:
    """The nodes right below a node, in their order."""
    children: list[Node] = []
    _collect_nodes(_field_reader(type(node))(node), children)
    return children


def _collect_nodes(items: tuple[object, ...], children: list[Node]) -> None:
    for item in items:
        if type(item) is tuple:
            _collect_nodes(item, children)
        elif isinstance(item, Node):
            children.append(item)


@cache
def _field_reader(node_class: type[Node]) -> Callable[[Node], tuple[object, ...]]:
    """Reads the fields of a node but for its place, which comes first."""
    names = node_class.__struct_fields__[1:]
    if len(names) < 2:
        return lambda node: tuple(getattr(node, name) for name in names)
    return attrgetter(*names)


def column_names(root: Node) -> Iterator[e.ColumnName]:
    """Every column name in an expression."""
    return (node for node in nodes(root) if isinstance(node, e.ColumnName))


def find_name_ids(
    root: Node, patterns: Sequence[Node], is_same_column: SameColumn
) -> frozenset[int]:
    """The ids of the column names in those parts of `root` that say what one of `patterns` says."""
    return frozenset(
        id(name)
        for node in nodes(root)
        if any(is_same_expression(node, each, is_same_column) for each in patterns)
        for name in column_names(node)
    )


def is_same_expression(
    first: object, second: object, is_same_column: SameColumn | None = None
) -> bool:
    """Whether two expressions say the same; case in names and parentheses around do not matter.

    `is_same_column` tells of two names whether they mean one column; without it they are compared
    as they are written.
    """
    stack = [(first, second)]
    while stack:
        left, right = stack.pop()
        while isinstance(left, e.Parenthesised):
            left = left.operand
        while isinstance(right, e.Parenthesised):
            right = right.operand
        if type(left) is not type(right):
            return False
        if is_same_column and isinstance(left, e.ColumnName) and isinstance(right, e.ColumnName):
            if not is_same_column(left, right):
                return False
        elif isinstance(left, Name) and isinstance(right, Name):
            if left.text.casefold() != right.text.casefold():
                return False
        elif isinstance(left, tuple) and isinstance(right, tuple):
            if len(left) != len(right):
                return False
            stack += zip(left, right, strict=True)
        elif isinstance(left, Node):
            names = [name for name in left.__struct_fields__ if name not in ("span", "pieces")]
            stack += [(getattr(left, name), getattr(right, name)) for name in names]
        elif left != right:
            return False
    return True
