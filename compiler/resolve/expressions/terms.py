"""The tree of an expression that has been typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import singledispatchmethod

from ssbt.compiler.ir.terms import (
    CALL,
    LAMBDA,
    LITERAL,
    NAME,
    PARAMETER,
    STAR,
    VARIABLE,
    CallForm,
    Term,
)
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN, implicit_name
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.term_parts import (
    argument_name,
    convert_order,
    convert_window,
    frame_bounds,
    negate,
    type_name,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import BOOLEAN
from ssbt.compiler.types.expression_types import Typed

_UNARY = {"-": "negative", "+": "positive"}


def build_term(node: e.Expression, typer: ExpressionTyper) -> Term:
    """The tree of an expression, after `typer` has looked at it."""
    return _TermBuilder(typer.types, typer.find_bare_function, _parameter_speller(typer)).build(
        node
    )


def _parameter_speller(typer: ExpressionTyper) -> Callable[[str], str]:
    """The name of a parameter as it is declared."""

    def spell_parameter(name: str) -> str:
        parameter = typer.context.parameters.get(name.casefold())
        return parameter[0] if parameter else name

    return spell_parameter


class _TermBuilder:
    """`types` are those of nodes by id, beside the nodes; `variables` are those of lambdas."""

    def __init__(
        self,
        types: Mapping[int, tuple[e.Expression, Typed]],
        bare_function: Callable[[e.ColumnName], e.Call | None],
        spell_parameter: Callable[[str], str],
    ) -> None:
        self._types, self._bare_function, self._spell_parameter = (
            types,
            bare_function,
            spell_parameter,
        )
        self._variables: dict[str, int] = {}

    def build(self, node: e.Expression) -> Term:
        """The tree of a node; long chains of operators are walked without recursion."""
        chain: list[e.Binary] = []
        while isinstance(node, e.Binary):
            chain.append(node)
            node = node.left
        term = self._term(node)
        for link in reversed(chain):
            term = self._build_binary(link, term, self.build(link.right))
        return term

    def _new_term(
        self, operator: str, node: e.Expression, operands: Iterable[Term] = (), value: object = None
    ) -> Term:
        typed = self._find_type(node)
        return Term(operator, tuple(operands), value, typed.type, typed.nullable)

    def _find_type(self, node: e.Expression) -> Typed:
        entry = self._types.get(id(node))
        return entry[1] if entry is not None else NOT_KNOWN

    def _build_all(self, nodes: Iterable[e.Expression]) -> tuple[Term, ...]:
        return tuple(self.build(node) for node in nodes)

    def _build_binary(self, node: e.Binary, left: Term, right: Term) -> Term:
        if node.operator == "!=":
            return negate(self._new_term("=", node, (left, right)), is_negated=True)
        return self._new_term(node.operator, node, (left, right))

    @singledispatchmethod
    def _term(self, node: e.Expression) -> Term:
        raise AssertionError(f"no tree for {type(node).__name__}")

    @_term.register
    def _(self, node: e.BrokenExpression) -> Term:
        return Term("broken", value=node.span)

    @_term.register
    def _(self, node: e.NullLiteral) -> Term:
        return self._new_term(LITERAL, node, value=None)

    @_term.register
    def _(self, node: e.BooleanLiteral | e.StringLiteral) -> Term:
        return self._new_term(LITERAL, node, value=node.value)

    @_term.register
    def _(self, node: e.NumberLiteral) -> Term:
        typed = self._find_type(node)
        is_known = typed.constant is not None
        return self._new_term(
            LITERAL, node, value=typed.constant if is_known else node.text.lower()
        )

    @_term.register
    def _(self, node: e.TypedLiteral) -> Term:
        return self._new_term(LITERAL, node, value=(node.kind, node.value, node.units))

    @_term.register
    def _(self, node: e.IntervalLiteral) -> Term:
        units = tuple(unit for _, unit in node.parts)
        return self._new_term(
            "interval", node, self._build_all(value for value, _ in node.parts), units
        )

    @_term.register
    def _(self, node: e.ColumnName) -> Term:
        if id(node) not in self._types:
            # No column but a word, as in `extract(year from day)`: nothing looked for its type.
            return Term(LITERAL, value=("word", *(part.text.casefold() for part in node.parts)))
        first, *rest = (part.text.casefold() for part in node.parts)
        if first in self._variables:
            term = self._new_term(VARIABLE, node, value=self._variables[first])
            for part in rest:
                term = self._new_term("field", node, (term,), part)
            return term
        bare = self._bare_function(node)
        if bare is not None:
            return self._new_term(CALL, node, value=CallForm(bare.name.text.casefold(), 0))
        return self._new_term(NAME, node, value=(first, *rest))

    @_term.register
    def _(self, node: e.ParameterUse) -> Term:
        return self._new_term(PARAMETER, node, value=self._spell_parameter(node.name.text))

    @_term.register
    def _(self, node: e.Star) -> Term:
        qualifier = tuple(name.text.casefold() for name in node.qualifier)
        excluded = tuple(
            tuple(part.text.casefold() for part in name.parts) for name in node.excluded
        )
        return Term(STAR, value=(qualifier, excluded))

    @_term.register
    def _(self, node: e.Parenthesised) -> Term:
        return self.build(node.operand)

    @_term.register
    def _(self, node: e.Unary) -> Term:
        operator = _UNARY.get(node.operator, node.operator)
        if operator == "negative" and isinstance(node.operand, e.NumberLiteral):
            value = self._find_type(node).constant
            return self._new_term(LITERAL, node, value=value)
        return self._new_term(operator, node, (self.build(node.operand),))

    @_term.register
    def _(self, node: e.Between) -> Term:
        parts = self._build_all((node.operand, node.low, node.high))
        return negate(self._new_term("between", node, parts), is_negated=node.negated)

    @_term.register
    def _(self, node: e.InList) -> Term:
        return negate(
            self._new_term("in", node, self._build_all((node.operand, *node.items))),
            is_negated=node.negated,
        )

    @_term.register
    def _(self, node: e.Like) -> Term:
        value = (node.operator, node.quantifier, node.escape)
        parts = self._build_all((node.operand, *node.patterns))
        return negate(self._new_term("like", node, parts, value), is_negated=node.negated)

    @_term.register
    def _(self, node: e.Is) -> Term:
        return negate(
            self._new_term(f"is {node.constant}", node, (self.build(node.operand),)),
            is_negated=node.negated,
        )

    @_term.register
    def _(self, node: e.IsDistinctFrom) -> Term:
        parts = self._build_all((node.left, node.right))
        return negate(self._new_term("<=>", node, parts), is_negated=not node.negated)

    @_term.register
    def _(self, node: e.Case) -> Term:
        """Spark itself makes of `case a when b` a `case when a = b`."""
        parts: list[Term] = []
        for condition, value in node.branches:
            test = self.build(condition)
            if node.operand is not None:
                test = Term("=", (self.build(node.operand), test), None, BOOLEAN)
            parts += (test, self.build(value))
        if node.otherwise is not None:
            parts.append(self.build(node.otherwise))
        return self._new_term("case", node, parts)

    @_term.register
    def _(self, node: e.Cast) -> Term:
        """The type is reported by its name, too, where it has another one in an expression."""
        operator = "try_cast" if node.form == "try_cast" else "cast"
        return self._new_term(operator, node, (self.build(node.operand),), type_name(node.type))

    @_term.register
    def _(self, node: e.Collate) -> Term:
        return self._new_term(
            "collate", node, (self.build(node.operand),), node.collation.casefold()
        )

    @_term.register
    def _(self, node: e.Subscript) -> Term:
        return self._new_term("element", node, self._build_all((node.base, node.index)))

    @_term.register
    def _(self, node: e.Field) -> Term:
        return self._new_term("field", node, (self.build(node.base),), node.name.text.casefold())

    @_term.register
    def _(self, node: e.VariantPath) -> Term:
        return self._new_term("variant", node, (self.build(node.base),), node.name.text)

    @_term.register
    def _(self, node: e.Tuple) -> Term:
        name_nodes = node.names or (None,) * len(node.items)
        names = tuple(
            name.text if name is not None else implicit_name(item)
            for name, item in zip(name_nodes, node.items, strict=True)
        )
        return self._new_term("tuple", node, self._build_all(node.items), names)

    @_term.register
    def _(self, node: e.Lambda) -> Term:
        outer = dict(self._variables)
        first = max(self._variables.values(), default=-1) + 1
        for index, name in enumerate(node.parameters, first):
            self._variables[name.text.casefold()] = index
        body = self.build(node.body)
        self._variables = outer
        return self._new_term(LAMBDA, node, (body,), len(node.parameters))

    @_term.register
    def _(self, node: e.Call) -> Term:
        window = node.window
        parts = [argument.value for argument in node.arguments]
        parts += [key.value for key in node.within_group]
        parts += [node.filter] if node.filter is not None else []
        if window is not None:
            parts += [*window.partition, *(key.value for key in window.order)]
            parts += [bound.offset for bound in frame_bounds(window) if bound.offset is not None]
        form = CallForm(
            name=node.name.text.casefold(),
            arguments=len(node.arguments),
            distinct=node.distinct,
            nulls=node.nulls,
            words=node.keywords,
            names=tuple(map(argument_name, node.arguments)),
            within_group=convert_order(node.within_group),
            filter=node.filter is not None,
            window=convert_window(window) if window is not None else None,
        )
        return self._new_term(CALL, node, self._build_all(parts), form)
