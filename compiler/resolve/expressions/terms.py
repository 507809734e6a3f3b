"""The tree of an expression that has been typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from ssbt.compiler.ir.terms import (
    CALL,
    LAMBDA,
    LITERAL,
    NAME,
    PARAMETER,
    STAR,
    VARIABLE,
    CallForm,
    Frame,
    Term,
    Window,
)
from ssbt.compiler.resolve.expressions.surroundings import NOT_KNOWN, own_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import BOOLEAN
from ssbt.compiler.types.typed import Typed

if TYPE_CHECKING:
    from ssbt.compiler.resolve.expressions.typing import Typing

_UNARY = {"-": "negative", "+": "positive"}


def term(node: e.Expression, typing: Typing) -> Term:
    """The tree of an expression, after `typing` has looked at it."""
    return _Builder(typing.types, typing.bare_function, _spelling(typing)).build(node)


def _spelling(typing: Typing) -> Callable[[str], str]:
    """The name of a parameter as it is declared."""

    def spelled(name: str) -> str:
        known = typing.around.parameters.get(name.casefold())
        return known[0] if known else name

    return spelled


class _Builder:
    """`types` are those of nodes by id, beside the nodes; `variables` are those of lambdas."""

    def __init__(
        self,
        types: Mapping[int, tuple[e.Expression, Typed]],
        bare_function: Callable[[e.ColumnName], e.Call | None],
        spelled: Callable[[str], str],
    ) -> None:
        self._types, self._bare_function, self._spelled = types, bare_function, spelled
        self._variables: dict[str, int] = {}

    def build(self, node: e.Expression) -> Term:
        """The tree of a node; long chains of operators are walked without recursion."""
        chain: list[e.Binary] = []
        while isinstance(node, e.Binary):
            chain.append(node)
            node = node.left
        made = self._term(node)
        for link in reversed(chain):
            made = self._binary(link, made, self.build(link.right))
        return made

    def _made(
        self, operator: str, node: e.Expression, operands: Iterable[Term] = (), value: object = None
    ) -> Term:
        typed = self._typed(node)
        return Term(operator, tuple(operands), value, typed.type, typed.nullable)

    def _typed(self, node: e.Expression) -> Typed:
        found = self._types.get(id(node))
        return found[1] if found is not None else NOT_KNOWN

    def _all(self, nodes: Iterable[e.Expression]) -> tuple[Term, ...]:
        return tuple(self.build(node) for node in nodes)

    def _binary(self, node: e.Binary, left: Term, right: Term) -> Term:
        if node.operator == "!=":
            return _not(self._made("=", node, (left, right)), is_so=True)
        return self._made(node.operator, node, (left, right))

    @singledispatchmethod
    def _term(self, node: e.Expression) -> Term:
        raise AssertionError(f"no tree for {type(node).__name__}")

    @_term.register
    def _(self, node: e.BrokenExpression) -> Term:
        return Term("broken", value=node.span)

    @_term.register
    def _(self, node: e.NullLiteral) -> Term:
        return self._made(LITERAL, node, value=None)

    @_term.register
    def _(self, node: e.BooleanLiteral | e.StringLiteral) -> Term:
        return self._made(LITERAL, node, value=node.value)

    @_term.register
    def _(self, node: e.NumberLiteral) -> Term:
        typed = self._typed(node)
        known = typed.constant is not None
        return self._made(LITERAL, node, value=typed.constant if known else node.text.lower())

    @_term.register
    def _(self, node: e.TypedLiteral) -> Term:
        return self._made(LITERAL, node, value=(node.kind, node.value, node.units))

    @_term.register
    def _(self, node: e.IntervalLiteral) -> Term:
        units = tuple(unit for _, unit in node.parts)
        return self._made("interval", node, self._all(value for value, _ in node.parts), units)

    @_term.register
    def _(self, node: e.ColumnName) -> Term:
        if id(node) not in self._types:
            # No column but a word, as in `extract(year from day)`: nothing looked for its type.
            return Term(LITERAL, value=("word", *(part.text.casefold() for part in node.parts)))
        first, *rest = (part.text.casefold() for part in node.parts)
        if first in self._variables:
            made = self._made(VARIABLE, node, value=self._variables[first])
            for part in rest:
                made = self._made("field", node, (made,), part)
            return made
        bare = self._bare_function(node)
        if bare is not None:
            return self._made(CALL, node, value=CallForm(bare.name.text.casefold(), 0))
        return self._made(NAME, node, value=(first, *rest))

    @_term.register
    def _(self, node: e.ParameterUse) -> Term:
        return self._made(PARAMETER, node, value=self._spelled(node.name.text))

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
            value = self._typed(node).constant
            return self._made(LITERAL, node, value=value)
        return self._made(operator, node, (self.build(node.operand),))

    @_term.register
    def _(self, node: e.Between) -> Term:
        parts = self._all((node.operand, node.low, node.high))
        return _not(self._made("between", node, parts), is_so=node.negated)

    @_term.register
    def _(self, node: e.InList) -> Term:
        return _not(
            self._made("in", node, self._all((node.operand, *node.items))), is_so=node.negated
        )

    @_term.register
    def _(self, node: e.Like) -> Term:
        value = (node.operator, node.quantifier, node.escape)
        parts = self._all((node.operand, *node.patterns))
        return _not(self._made("like", node, parts, value), is_so=node.negated)

    @_term.register
    def _(self, node: e.Is) -> Term:
        return _not(
            self._made(f"is {node.what}", node, (self.build(node.operand),)), is_so=node.negated
        )

    @_term.register
    def _(self, node: e.IsDistinctFrom) -> Term:
        parts = self._all((node.left, node.right))
        return _not(self._made("<=>", node, parts), is_so=not node.negated)

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
        return self._made("case", node, parts)

    @_term.register
    def _(self, node: e.Cast) -> Term:
        """The type is told by its name, too, where it has another one in an expression."""
        operator = "try_cast" if node.form == "try_cast" else "cast"
        return self._made(operator, node, (self.build(node.operand),), _type_name(node.type))

    @_term.register
    def _(self, node: e.Collate) -> Term:
        return self._made("collate", node, (self.build(node.operand),), node.collation.casefold())

    @_term.register
    def _(self, node: e.Subscript) -> Term:
        return self._made("element", node, self._all((node.base, node.index)))

    @_term.register
    def _(self, node: e.Field) -> Term:
        return self._made("field", node, (self.build(node.base),), node.name.text.casefold())

    @_term.register
    def _(self, node: e.VariantPath) -> Term:
        return self._made("variant", node, (self.build(node.base),), node.name.text)

    @_term.register
    def _(self, node: e.Tuple) -> Term:
        given = node.names or (None,) * len(node.items)
        names = tuple(
            name.text if name is not None else own_name(item)
            for name, item in zip(given, node.items, strict=True)
        )
        return self._made("tuple", node, self._all(node.items), names)

    @_term.register
    def _(self, node: e.Lambda) -> Term:
        outer = dict(self._variables)
        first = max(self._variables.values(), default=-1) + 1
        for place, name in enumerate(node.parameters, first):
            self._variables[name.text.casefold()] = place
        body = self.build(node.body)
        self._variables = outer
        return self._made(LAMBDA, node, (body,), len(node.parameters))

    @_term.register
    def _(self, node: e.Call) -> Term:
        window = node.window
        parts = [argument.value for argument in node.arguments]
        parts += [key.value for key in node.within_group]
        parts += [node.filter] if node.filter is not None else []
        if window is not None:
            parts += [*window.partition, *(key.value for key in window.order)]
            parts += [bound.offset for bound in _bounds(window) if bound.offset is not None]
        form = CallForm(
            name=node.name.text.casefold(),
            arguments=len(node.arguments),
            distinct=node.distinct,
            nulls=node.nulls,
            words=node.words,
            names=tuple(map(_argument_name, node.arguments)),
            within_group=_order(node.within_group),
            filter=node.filter is not None,
            window=_window(window) if window is not None else None,
        )
        return self._made(CALL, node, self._all(parts), form)


def _not(made: Term, *, is_so: bool) -> Term:
    return Term("not", (made,), None, BOOLEAN, made.nullable) if is_so else made


def _argument_name(argument: e.Argument) -> str:
    """The parameter or field that an argument is for, as far as it is said."""
    if argument.name is not None:
        return f"{argument.name.text.casefold()} =>"
    return argument.alias.text if argument.alias is not None else own_name(argument.value) or ""


def _order(keys: Iterable[e.SortKey]) -> tuple[tuple[bool, str | None], ...]:
    """Spark sorts nulls first where it ascends, and last where it descends."""
    return tuple(
        (key.descending, key.nulls or ("last" if key.descending else "first")) for key in keys
    )


def _bounds(window: e.Window) -> tuple[e.FrameBound, ...]:
    if window.frame is None:
        return ()
    end = window.frame.end
    return (window.frame.start, end) if end is not None else (window.frame.start,)


def _window(window: e.Window) -> Window:
    frame = None
    if window.frame is not None:
        bounds = _bounds(window)
        sides = [bound.side for bound in bounds]
        # A start alone ends at the row itself.
        sides += ["current row"] * (2 - len(sides))
        offsets = (*(bound.offset is not None for bound in bounds), False)[:2]
        frame = Frame(window.frame.unit, tuple(sides), offsets)
    return Window(len(window.partition), _order(window.order), frame)


def _type_name(node: e.TypeName) -> tuple[object, ...]:
    """A type as it is written, without the case of words."""
    fields = tuple(
        (field.name.text, _type_name(field.type), field.not_null, field.comment)
        for field in node.fields
    )
    arguments = tuple(map(_type_name, node.arguments))
    return (node.name.casefold(), node.numbers, arguments, fields, node.units, node.collation)
