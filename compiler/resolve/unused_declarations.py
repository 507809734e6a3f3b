"""The declarations of a file that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from msgspec import Struct

from ssbt.compiler.ir.pipeline import UnusedDeclaration
from ssbt.compiler.resolve.declarations import Declarations
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Name


class UsedNames(Struct, frozen=True):
    """What is used of each kind, in lower case; `queries` are datasets and transforms."""

    queries: Set[str]
    schemas: Set[str]
    parameters: Set[str]
    connections: Set[str]
    secrets: Set[str]


def find_unused(
    path: str, declarations: Declarations, used: UsedNames
) -> Iterator[UnusedDeclaration]:
    """The declarations of the file at `path` that nothing uses."""
    tables: tuple[tuple[str, Mapping[str, d.Declaration], Set[str]], ...] = (
        ("dataset", declarations.datasets, used.queries),
        ("transform", declarations.transforms, used.queries),
        ("schema", declarations.schemas, used.schemas),
        ("param", declarations.params, used.parameters),
        ("connection", declarations.connections, used.connections),
        ("secret", declarations.secrets, used.secrets),
    )
    for category, table, used_keys in tables:
        for key, node in table.items():
            if key not in used_keys and node.span.path == path:
                name: Name = node.name  # type: ignore[union-attr,assignment]
                keyword = {d.SourceRead: "source", d.Let: "let"}.get(type(node), category)
                yield UnusedDeclaration(keyword, name.text, name.span)
