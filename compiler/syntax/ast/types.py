"""Types, as Spark SQL writes them."""

from __future__ import annotations

from ssbt.compiler.syntax.ast.nodes import Name, Node


class TypeField(Node, frozen=True):
    """A field of a struct type."""

    name: Name
    type: TypeName
    not_null: bool
    comment: str | None


class TypeName(Node, frozen=True):
    """A type as written: `decimal(12,2)`, `array<string>`, `struct<a: int>`, `interval day`.

    `numbers` are the parameters in parentheses, `arguments` the types in angle brackets,
    `units` the fields of an interval type.
    """

    name: str
    numbers: tuple[int, ...] = ()
    arguments: tuple[TypeName, ...] = ()
    fields: tuple[TypeField, ...] = ()
    units: tuple[str, ...] = ()
    collation: str | None = None
