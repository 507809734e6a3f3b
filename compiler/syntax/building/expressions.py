"""Operators, and what they are between."""

from __future__ import annotations

from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.building.calls import CallBuilder
from ssbt.compiler.syntax.building.nodes import Children
from ssbt.compiler.syntax.lexer import Lexeme

_CANONICAL = {"==": "=", "<>": "!=", "!>": "<=", "!<": ">=", "!": "not"}


class ExpressionBuilder(CallBuilder):
    """Builds expressions."""

    def binary(self, span: Span, children: Children) -> e.Expression:
        left, operator, right = children
        text = str(operator).lower()
        node = e.Binary(span, _CANONICAL.get(text, text), left, right)
        return self.limit_depth(node, left, right)

    def equals(self, span: Span, children: Children) -> e.Expression:
        left, right = children
        return self.limit_depth(e.Binary(span, "=", left, right), left, right)

    def unary(self, span: Span, children: Children) -> e.Expression:
        operator, operand = children
        text = str(operator).lower()
        node = e.Unary(span, _CANONICAL.get(text, text), operand)
        return self.limit_depth(node, operand)

    def between(self, span: Span, children: Children) -> e.Expression:
        operand, negated, _, low, _, high = children
        node = e.Between(span, operand, low, high, negated is not None)
        return self.limit_depth(node, operand, low, high)

    def in_list(self, span: Span, children: Children) -> e.Expression:
        operand, negated, operator, *items = children
        keyword = " ".join(str(operator).lower().split())
        node = e.InList(span, operand, tuple(items), negated is not None, keyword)
        return self.limit_depth(node, *items, operand)

    def like(self, span: Span, children: Children) -> e.Expression:
        operand, negated, operator, pattern, _, escape = children
        node = e.Like(
            span, operand, _like_operator(operator), None, (pattern,), escape, negated is not None
        )
        return self.limit_depth(node, operand, pattern)

    def like_many(self, span: Span, children: Children) -> e.Expression:
        operand, negated, operator, quantifier, *patterns = children
        quantifier_word = str(quantifier).lower()
        node = e.Like(
            span,
            operand,
            _like_operator(operator),
            "any" if quantifier_word == "some" else quantifier_word,
            tuple(patterns),
            None,
            negated is not None,
        )
        return self.limit_depth(node, operand, *patterns)

    def is_(self, span: Span, children: Children) -> e.Expression:
        operand, _, negated, constant = children
        node = e.Is(span, operand, str(constant).lower(), negated is not None)
        return self.limit_depth(node, operand)

    def is_distinct_from(self, span: Span, children: Children) -> e.Expression:
        left, _, negated, _, right = children
        node = e.IsDistinctFrom(span, left, right, negated is not None)
        return self.limit_depth(node, left, right)

    def star(self, span: Span, children: Children) -> e.Star:
        return e.Star(span, (), children[1] or ())

    def star_of(self, span: Span, children: Children) -> e.Star:
        names = tuple(child for child in children if isinstance(child, Name))
        return e.Star(span, names, children[-1] or ())

    def except_columns(self, span: Span, children: Children) -> tuple[e.ColumnName, ...]:
        return tuple(children[1:])

    def parenthesised(self, span: Span, children: Children) -> e.Expression:
        return self.limit_depth(e.Parenthesised(span, children[0]), children[0])

    def tuple_(self, span: Span, children: Children) -> e.Expression:
        items = tuple(argument.value for argument in children)
        names = tuple(argument.alias for argument in children)
        return self.limit_depth(e.Tuple(span, items, names if any(names) else ()), *items)

    def tuple_item(self, span: Span, children: Children) -> e.Argument:
        return e.Argument(span, children[0], None, children[2])

    def case(self, span: Span, children: Children) -> e.Expression:
        operand = children[1]
        branches = tuple(child for child in children if isinstance(child, tuple))
        otherwise = children[-2]
        node = e.Case(span, operand, branches, otherwise)
        parts = [part for branch in branches for part in branch]
        return self.limit_depth(node, operand, otherwise, *parts)

    def when(self, span: Span, children: Children) -> tuple[e.Expression, e.Expression]:
        return children[1], children[3]

    def cast(self, span: Span, children: Children) -> e.Expression:
        form, operand, _, type_ = children
        return self.limit_depth(e.Cast(span, operand, type_, str(form).lower()), operand)

    def cast_postfix(self, span: Span, children: Children) -> e.Expression:
        operand, type_ = children
        return self.limit_depth(e.Cast(span, operand, type_, "::"), operand)

    def subscript(self, span: Span, children: Children) -> e.Expression:
        return self.limit_depth(e.Subscript(span, *children), *children)

    def field(self, span: Span, children: Children) -> e.Expression:
        return self.limit_depth(e.Field(span, *children), children[0])

    def collate(self, span: Span, children: Children) -> e.Expression:
        operand, _, *names = children
        collation = ".".join(name.text for name in names)
        return self.limit_depth(e.Collate(span, operand, collation), operand)

    def variant_path(self, span: Span, children: Children) -> e.Expression:
        operand, name = children
        node = e.VariantPath(span, operand, name)
        return self.limit_depth(node, operand)

    def variant_index(self, span: Span, children: Children) -> e.Expression:
        operand, index = children
        if isinstance(index, e.StringLiteral):
            node = e.VariantPath(span, operand, Name(index.span, index.value))
            return self.limit_depth(node, operand)
        position = Span(span.path, operand.span.end, operand.span.end)
        root = self.limit_depth(e.VariantPath(position, operand, Name(position, "")), operand)
        return self.limit_depth(e.Subscript(span, root, index), root, index)


def _like_operator(operator: Lexeme) -> str:
    text = str(operator).lower()
    return "rlike" if text == "regexp" else text
