"""The branches of `case` and `if` in an expression, with SQL that tells which ones a row takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from ssbt.compiler.ir.coverage import Branch
from ssbt.compiler.ir.expressions import ParameterText, Text
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name, Node
from ssbt.compiler.syntax.formatting.expressions import sql_text, ssbt_text
from ssbt.compiler.syntax.parsing import parse_file
from ssbt.compiler.types.functions import FunctionKind, find_function

# Puts a condition on a branch into what is around the branch; None where the functions around
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


class BranchFinder:
    """Finds the branches of the expressions in some files.

    `parameters` are the pipeline's, in their own spelling.
    """

    def __init__(self, sources: Mapping[str, Source], parameters: Sequence[str]) -> None:
        self._sources = sources
        self._spellings = {name.casefold(): name for name in parameters}
        self._expressions_by_path: dict[str, dict[Span, e.Expression]] = {}

    def find_branches(self, span: Span) -> tuple[Branch, ...]:
        """The branches of the whole expression at a place, in the order of the text."""
        if span.path not in self._expressions_by_path:
            self._expressions_by_path[span.path] = _collect_expressions(self._sources[span.path])
        node = self._expressions_by_path[span.path].get(span)
        if node is None or not any(
            isinstance(each, e.Case) or _is_if(each) for each in nodes(node)
        ):
            return ()
        return tuple(
            Branch(
                branch_span,
                label,
                _render_text(condition, self._spellings) if condition is not None else None,
            )
            for branch_span, label, condition in _iterate_branches(node, _keep_condition)
        )


def _collect_expressions(source: Source) -> dict[Span, e.Expression]:
    """The expressions of a file, the outer one where two have one place."""
    expressions: dict[Span, e.Expression] = {}
    for node in nodes(parse_file(source).file):
        if isinstance(node, e.Expression):
            expressions.setdefault(node.span, node)
    return expressions


def _is_if(node: Node) -> bool:
    return isinstance(node, e.Call) and _function_name(node) == "if" and len(node.arguments) == 3


def _function_name(call: e.Call) -> str:
    return call.name.text.casefold()


def _render_text(node: e.Expression, spellings: Mapping[str, str]) -> Text:
    return tuple(
        piece
        if isinstance(piece, str)
        else ParameterText(spellings.get(piece.name.text.casefold(), piece.name.text))
        for piece in sql_text(node)
    )


_BranchParts = tuple[Span, str, e.Expression | None]


def _iterate_branches(node: Node, wrap: Wrap) -> Iterator[_BranchParts]:
    """The branches below a node, in the order of the text."""
    match node:
        case e.Case():
            labels = [f"when {ssbt_text(condition)}" for condition, _ in node.branches]
            yield from _iterate_case(node, [*labels, "else"], wrap)
        case e.Call() if _is_if(node):
            condition, value, otherwise = (argument.value for argument in node.arguments)
            label = f"if {ssbt_text(condition)}"
            as_case = e.Case(node.span, None, ((condition, value),), otherwise)
            yield from _iterate_case(as_case, [label, f"else of {label}"], wrap)
        case e.Call():
            yield from _iterate_call(node, wrap)
        case e.Binary(operator="and" | "or" as operator):
            skipped = node.left if operator == "or" else _negate(node.left)
            yield from _iterate_branches(node.left, wrap)
            yield from _iterate_branches(node.right, _wrap_after(wrap, [skipped]))
        case _:
            for child in _children(node):
                yield from _iterate_branches(child, wrap)


def _children(node: Node) -> Iterator[Node]:
    for name in node.__struct_fields__:
        value = getattr(node, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Node):
                yield each


def _iterate_case(node: e.Case, labels: Sequence[str], wrap: Wrap) -> Iterator[_BranchParts]:
    """The branches of a `case`, and those within its parts."""
    if node.operand is not None:
        yield from _iterate_branches(node.operand, wrap)
    for index, (condition, value) in enumerate(node.branches):
        earlier_branches = node.branches[:index]
        yield from _iterate_branches(condition, _wrap_in_case(wrap, node, earlier_branches, None))
        chosen = _wrap_in_case(wrap, node, earlier_branches, condition)
        yield value.span, labels[index], chosen(_TRUE) if chosen else None
        yield from _iterate_branches(value, chosen)
    if node.otherwise is not None:
        chosen = _wrap_in_case(wrap, node, node.branches, None)
        yield node.otherwise.span, labels[-1], chosen(_TRUE) if chosen else None
        yield from _iterate_branches(node.otherwise, chosen)


def _wrap_in_case(
    wrap: Wrap,
    node: e.Case,
    earlier_branches: Sequence[tuple[e.Expression, e.Expression]],
    condition: e.Expression | None,
) -> Wrap:
    """Where none of `earlier_branches` is taken and `condition` holds, if there is one."""
    if wrap is None:
        return None
    skipped = tuple((each, _FALSE) for each, _ in earlier_branches)

    def wrap_inner(inner: e.Expression) -> e.Expression:
        if condition is not None:
            wrapped_case = e.Case(node.span, node.operand, (*skipped, (condition, inner)), _FALSE)
        elif skipped:
            wrapped_case = e.Case(node.span, node.operand, skipped, inner)
        else:
            return wrap(inner)
        return wrap(wrapped_case)

    return wrap_inner


def _wrap_after(wrap: Wrap, skipping: Sequence[e.Expression]) -> Wrap:
    """Where none of some conditions holds, each of which would end the evaluation."""
    branches = [(each, _FALSE) for each in skipping]
    return _wrap_in_case(wrap, _EMPTY, branches, None)


def _keep_condition(condition: e.Expression) -> e.Expression:
    return condition


def _negate(node: e.Expression) -> e.Expression:
    return e.Unary(_NOWHERE, "not", e.Parenthesised(_NOWHERE, node))


def _build_not_null(node: e.Expression) -> e.Expression:
    return e.Is(_NOWHERE, e.Parenthesised(_NOWHERE, node), "null", True)


def _iterate_call(node: e.Call, wrap: Wrap) -> Iterator[_BranchParts]:
    name, values = _function_name(node), [argument.value for argument in node.arguments]
    function = find_function(name)
    if node.window is not None:
        # A window asks for the values of all rows, or of those that it has.
        wrap = _wrap_in_case(_keep_condition, _EMPTY, (), node.filter)
    elif function is not None and function.kind is FunctionKind.AGGREGATE:
        wrap = _wrap_any_row(node.filter)
    for index, argument in enumerate(node.arguments):
        inner = wrap
        if name in _FIRST_KNOWN:
            inner = _wrap_after(wrap, [_build_not_null(value) for value in values[:index]])
        elif name == "nvl2" and index:
            not_null = _build_not_null(values[0])
            inner = _wrap_after(wrap, [_negate(not_null) if index == 1 else not_null])
        if isinstance(argument.value, e.Lambda):
            yield from _iterate_branches(
                argument.value.body, _wrap_any_element(node, argument, wrap)
            )
        else:
            yield from _iterate_branches(argument.value, inner)
    for clause in (*node.within_group, node.window):
        if clause is not None:
            yield from _iterate_branches(clause, wrap)
    if node.filter is not None:
        yield from _iterate_branches(node.filter, _wrap_any_row(None))


def _wrap_any_row(condition: e.Expression | None) -> Wrap:
    """Whether it holds for a row of the group, of those that the aggregate asks for."""

    def wrap_inner(inner: e.Expression) -> e.Expression:
        return _build_call("bool_or", inner, filter_=condition)

    return wrap_inner


def _wrap_any_element(node: e.Call, argument: e.Argument, wrap: Wrap) -> Wrap:
    """Whether it holds for an element that a function gives to its lambda."""
    name, lambda_ = _function_name(node), argument.value
    function = _OF_ARRAYS.get(name) or _OF_MAPS.get(name)
    if wrap is None or function is None or not isinstance(lambda_, e.Lambda):
        return None

    def wrap_inner(inner: e.Expression) -> e.Expression:
        wrapped_argument = replace(argument, value=replace(lambda_, body=inner))
        values = tuple(wrapped_argument if each is argument else each for each in node.arguments)
        mapped: e.Expression = replace(node, name=Name(node.name.span, function), arguments=values)
        if name in _OF_MAPS:
            mapped = _build_call("map_values", mapped)
        return wrap(_build_call("array_contains", mapped, _TRUE))

    return wrap_inner


def _build_call(
    name: str, *arguments: e.Expression, filter_: e.Expression | None = None
) -> e.Expression:
    argument_nodes = tuple(e.Argument(_NOWHERE, value) for value in arguments)
    return e.Call(_NOWHERE, Name(_NOWHERE, name), argument_nodes, filter=filter_)
