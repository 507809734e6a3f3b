"""Names of types."""

from __future__ import annotations

from typing import Any

from ssbt.compiler.diagnostics.codes import literals
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.ast.types import TypeField, TypeName
from ssbt.compiler.syntax.building.literals import LiteralBuilder
from ssbt.compiler.syntax.building.nodes import Children
from ssbt.compiler.syntax.lexer import Lexeme


class TypeBuilder(LiteralBuilder):
    """Builds the names of types."""

    def type_name(self, span: Span, children: Children) -> TypeName:
        return TypeName(span, children[0].text.lower())

    def type_collated(self, span: Span, children: Children) -> TypeName:
        name, _, collation = children
        return TypeName(span, name.text.lower(), collation=collation.text)

    def type_numbers(self, span: Span, children: Children) -> TypeName:
        name, *numbers = children
        values = tuple(self._parse_type_number(number) for number in numbers)
        return TypeName(span, name.text.lower(), numbers=values)

    def _parse_type_number(self, literal: Lexeme) -> int:
        if literal.isdecimal() and len(literal) < 10:
            return int(literal)
        message = f"`{literal}` is no parameter of a type: it takes a whole number"
        self.report(literals.BAD_TYPE, self.token_span(literal), message)
        return 0

    def type_zoneless(self, span: Span, children: Children) -> TypeName:
        keyword, number, _ = children
        if keyword.lower().startswith("timestamp"):
            return TypeName(span, "timestamp_ntz")
        return TypeName(span, "time", () if number is None else (self._parse_type_number(number),))

    def type_generic(self, span: Span, children: Children) -> e.Expression | TypeName:
        name, *inner = children
        fields = tuple(child for child in inner if isinstance(child, TypeField))
        types = tuple(child for child in inner if isinstance(child, TypeName))
        parts = [*types, *(field.type for field in fields)]
        node = TypeName(span, str(name).lower(), arguments=types, fields=fields)
        return self.limit_depth(node, *parts)

    def type_argument(self, span: Span, children: Children) -> Any:
        return children[0]

    def type_field(self, span: Span, children: Children) -> TypeField:
        name, type_, not_null, _, comment = children
        return TypeField(span, name, type_, not_null is not None, comment)

    def type_interval(self, span: Span, children: Children) -> TypeName:
        units = tuple(child.text.lower() for child in children[1:] if isinstance(child, Name))
        return TypeName(span, "interval", units=units)
