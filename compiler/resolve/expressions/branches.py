"""The branches of `case` and `if` in an expression, with SQL that tells which ones a row takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from ssbt.compiler.ir.coverage import Branch
from ssbt.compiler.ir.expressions import ParameterText, Text
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import sql_text, ssbt_text
from ssbt.compiler.syntax.parsing import parsed
from ssbt.compiler.types.functions import Kind, find

# Puts a condition on a branch into what stands around the branch; None where the functions around
# it do not tell which values they ask for.
Wrap = Callable[[e.Expression], e.Expression] | None
_NOWHERE = Span("", 0, 0)
_TRUE, _FALSE = e.BooleanLiteral(_NOWHERE, True), e.BooleanLiteral(_NOWHERE, False)
_EMPTY = e.Case(_NOWHERE, None, (), None)
_FIRST_KNOWN = frozenset({"coalesce", "nvl", "ifnull"})
# Functions that call a lambda for each element, and those that do so for each entry of a map, by
# the ones that keep what the lambda gives.
_OF_ARRAYS = {"transform": "transform", "filter": "transform", "zip_with": "zip_with"}
_OF_MAPS = {
    "map_filter": "transform_values",
    "map_zip_with": "map_zip_with",
    "transform_keys": "transform_values",
    "transform_values": "transform_values",
}


class Branches:
    """Finds the branches of the expressions in some files.

    `parameters` are the pipeline's, in their own spelling.
    """

    def __init__(self, sources: Mapping[str, Source], parameters: Sequence[str]) -> None:
        self._sources = sources
        self._spelled = {name.casefold(): name for name in parameters}
        self._known: dict[str, dict[Span, e.Expression]] = {}

    def of(self, span: Span) -> tuple[Branch, ...]:
        """The branches of the whole expression at a place, in the order of the text."""
        if span.path not in self._known:
            self._known[span.path] = _expressions(self._sources[span.path])
        node = self._known[span.path].get(span)
        if node is None or not any(
            isinstance(each, e.Case) or _is_if(each) for each in nodes(node)
        ):
            return ()
        return tuple(
            Branch(place, label, _text(taken, self._spelled) if taken is not None else None)
            for place, label, taken in _walked(node, _as_it_is)
        )


def _expressions(source: Source) -> dict[Span, e.Expression]:
    """The expressions of a file, the outer one where two have one place."""
    found: dict[Span, e.Expression] = {}
    for node in nodes(parsed(source).file):
        if isinstance(node, e.Expression):
            found.setdefault(node.span, node)
    return found


def _is_if(node: e.Node) -> bool:
    return isinstance(node, e.Call) and _name(node) == "if" and len(node.arguments) == 3


def _name(call: e.Call) -> str:
    return call.name.text.casefold()


def _text(node: e.Expression, spelled: Mapping[str, str]) -> Text:
    return tuple(
        piece
        if isinstance(piece, str)
        else ParameterText(spelled.get(piece.name.text.casefold(), piece.name.text))
        for piece in sql_text(node)
    )


_Found = tuple[Span, str, e.Expression | None]


def _walked(node: e.Node, wrap: Wrap) -> Iterator[_Found]:
    """The branches below a node, in the order of the text."""
    match node:
        case e.Case():
            labels = [f"when {ssbt_text(condition)}" for condition, _ in node.branches]
            yield from _case(node, [*labels, "else"], wrap)
        case e.Call() if _is_if(node):
            condition, value, otherwise = (argument.value for argument in node.arguments)
            label = f"if {ssbt_text(condition)}"
            same = e.Case(node.span, None, ((condition, value),), otherwise)
            yield from _case(same, [label, f"else of {label}"], wrap)
        case e.Call():
            yield from _call(node, wrap)
        case e.Binary(operator="and" | "or" as operator):
            skipped = node.left if operator == "or" else _not(node.left)
            yield from _walked(node.left, wrap)
            yield from _walked(node.right, _behind(wrap, [skipped]))
        case _:
            for child in _children(node):
                yield from _walked(child, wrap)


def _children(node: e.Node) -> Iterator[e.Node]:
    for name in node.__struct_fields__:
        value = getattr(node, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, e.Node):
                yield each


def _case(node: e.Case, labels: Sequence[str], wrap: Wrap) -> Iterator[_Found]:
    """The branches of a `case`, and those within its parts."""
    if node.operand is not None:
        yield from _walked(node.operand, wrap)
    for place, (condition, value) in enumerate(node.branches):
        before = node.branches[:place]
        yield from _walked(condition, _within(wrap, node, before, None))
        chosen = _within(wrap, node, before, condition)
        yield value.span, labels[place], chosen(_TRUE) if chosen else None
        yield from _walked(value, chosen)
    if node.otherwise is not None:
        chosen = _within(wrap, node, node.branches, None)
        yield node.otherwise.span, labels[-1], chosen(_TRUE) if chosen else None
        yield from _walked(node.otherwise, chosen)


def _within(
    wrap: Wrap,
    node: e.Case,
    before: Sequence[tuple[e.Expression, e.Expression]],
    condition: e.Expression | None,
) -> Wrap:
    """Where none of the branches `before` is taken and `condition` holds, if there is one."""
    if wrap is None:
        return None
    skipped = tuple((each, _FALSE) for each, _ in before)

    def wrapped(inner: e.Expression) -> e.Expression:
        if condition is not None:
            made = e.Case(node.span, node.operand, (*skipped, (condition, inner)), _FALSE)
        elif skipped:
            made = e.Case(node.span, node.operand, skipped, inner)
        else:
            return wrap(inner)
        return wrap(made)

    return wrapped


def _behind(wrap: Wrap, skipping: Sequence[e.Expression]) -> Wrap:
    """Where none of some conditions holds, each of which would end the evaluation."""
    branches = [(each, _FALSE) for each in skipping]
    return _within(wrap, _EMPTY, branches, None)


def _as_it_is(condition: e.Expression) -> e.Expression:
    return condition


def _not(node: e.Expression) -> e.Expression:
    return e.Unary(_NOWHERE, "not", e.Parenthesised(_NOWHERE, node))


def _is_known(node: e.Expression) -> e.Expression:
    return e.Is(_NOWHERE, e.Parenthesised(_NOWHERE, node), "null", True)


def _call(node: e.Call, wrap: Wrap) -> Iterator[_Found]:
    name, values = _name(node), [argument.value for argument in node.arguments]
    function = find(name)
    if node.window is not None:
        # A window asks for the values of all rows, or of those that it is told.
        wrap = _within(_as_it_is, _EMPTY, (), node.filter)
    elif function is not None and function.kind is Kind.AGGREGATE:
        wrap = _any_row(node.filter)
    for place, argument in enumerate(node.arguments):
        inner = wrap
        if name in _FIRST_KNOWN:
            inner = _behind(wrap, [_is_known(value) for value in values[:place]])
        elif name == "nvl2" and place:
            known = _is_known(values[0])
            inner = _behind(wrap, [_not(known) if place == 1 else known])
        if isinstance(argument.value, e.Lambda):
            yield from _walked(argument.value.body, _any_element(node, argument, wrap))
        else:
            yield from _walked(argument.value, inner)
    for other in (*node.within_group, node.window):
        if other is not None:
            yield from _walked(other, wrap)
    if node.filter is not None:
        yield from _walked(node.filter, _any_row(None))


def _any_row(condition: e.Expression | None) -> Wrap:
    """Whether it holds for a row of the group, of those that the aggregate asks for."""

    def wrapped(inner: e.Expression) -> e.Expression:
        return _called("bool_or", inner, filter_=condition)

    return wrapped


def _any_element(node: e.Call, argument: e.Argument, wrap: Wrap) -> Wrap:
    """Whether it holds for an element that a function gives to its lambda."""
    name, lambda_ = _name(node), argument.value
    function = _OF_ARRAYS.get(name) or _OF_MAPS.get(name)
    if wrap is None or function is None or not isinstance(lambda_, e.Lambda):
        return None

    def wrapped(inner: e.Expression) -> e.Expression:
        asked = replace(argument, value=replace(lambda_, body=inner))
        values = tuple(asked if each is argument else each for each in node.arguments)
        made: e.Expression = replace(node, name=e.Name(node.name.span, function), arguments=values)
        if name in _OF_MAPS:
            made = _called("map_values", made)
        return wrap(_called("array_contains", made, _TRUE))

    return wrapped


def _called(
    name: str, *arguments: e.Expression, filter_: e.Expression | None = None
) -> e.Expression:
    given = tuple(e.Argument(_NOWHERE, value) for value in arguments)
    return e.Call(_NOWHERE, e.Name(_NOWHERE, name), given, filter=filter_)
