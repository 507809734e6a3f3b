"""Walking an expression's nodes without recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name, Node

SameColumn = Callable[[e.ColumnName, e.ColumnName], bool]


def nodes(root: Node) -> Iterator[Node]:
    """Every node below `root`, itself first."""
    # This is the compiler's most frequent loop: one look-up says what an item is, and the fields of
    # a node are read in one call.
    readers = _field_readers
    stack: list[Any] = [root]
    while stack:
        item = stack.pop()
        reader = readers[type(item)]
        if reader is not None:
            yield item
            stack += reader(item)
        elif type(item) is tuple:
            stack += item


def child_nodes(node: Node) -> list[Node]:
    """The nodes right below a node, in their order."""
    children: list[Node] = []
    reader = _field_readers[type(node)]
    assert reader is not None
    _collect_nodes(reader(node), children)
    return children


def _collect_nodes(items: tuple[Any, ...], children: list[Node]) -> None:
    for item in items:
        if type(item) is tuple:
            _collect_nodes(item, children)
        elif _field_readers[type(item)] is not None:
            children.append(item)


_FieldReader = Callable[[Any], tuple[Any, ...]]


class _FieldReaders(dict[type, "_FieldReader | None"]):
    """For each class of nodes, what reads the fields of one but for its place, which comes first.

    It is None for what is no node.
    """

    def __missing__(self, item_class: type) -> _FieldReader | None:
        reader = self[item_class] = _build_field_reader(item_class)
        return reader


def _build_field_reader(item_class: type) -> _FieldReader | None:
    if not issubclass(item_class, Node):
        return None
    names = item_class.__struct_fields__[1:]
    if not names:
        return lambda node: ()
    if len(names) == 1:
        read_field = attrgetter(*names)
        return lambda node: (read_field(node),)
    return attrgetter(*names)


_field_readers = _FieldReaders()


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
