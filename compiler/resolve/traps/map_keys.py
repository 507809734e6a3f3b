"""Maps whose constant keys cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.partial_evaluation import cast_outcome
from ssbt.compiler.resolve.expressions.walking import is_same_expression, nodes
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import MapType, StringType, UnknownType
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.functions import find_function

BAD_KEY = Code(
    "SSBT0473",
    "A map key that is there already",
    """\
A map has each key once. Spark stops the job with `DUPLICATED_MAP_KEY`, unless the setting
`spark.sql.mapKeyDedupPolicy` is `LAST_WIN`. The same goes for `map_concat`, `map_from_arrays`,
`map_from_entries`, `str_to_map`, and for `transform_keys` if it makes all keys equal.

| in Spark 4.1 | gives |
|---|---|
| `map('a', 1, 'b', 2)['b']` | `2` |
| `map_concat(map('a', 1), map('b', 2))['b']` | `2` |
""",
    wrong=example(steps="|> extend map('net', amount, 'net', 2) as prices"),
    right=example(steps="|> extend map('net', amount, 'tax', 2) as prices"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_WAY_OUT = ("leave one of them out",)
# What separates entries and keys of `str_to_map`, as far as it is plain text.
_PLAIN = lazy_pattern(r"[A-Za-z0-9 ,;:/_=&-]+")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    match name:
        case "map":
            yield from _find_doubled_keys(parts[::2], node, view)
        case "map_from_arrays" if len(parts) == 2:
            keys, values = (_elements(part) for part in parts)
            if keys is not None and values is not None and len(keys) != len(values):
                message = f"there are {len(keys)} keys and {len(values)} values"
                yield Diagnostic(CONSTANT_FAILS, message, Label(node.span))
            else:
                yield from _find_doubled_keys(keys or (), node, view)
        case "map_from_entries" if len(parts) == 1:
            yield from _find_doubled_keys(_first_fields(_elements(parts[0]) or ()), node, view)
        case "map_concat":
            maps = [without_parentheses(part) for part in parts]
            calls = [each for each in maps if isinstance(each, e.Call)]
            lists = [operands(each)[::2] for each in calls if function_name(each) == "map"]
            yield from _across(lists, node, view)
        case "str_to_map" if parts:
            yield from _check_text(parts, view)
        case "transform_keys" if len(parts) == 2:
            yield from _all_one(parts[1], view)


def _find_doubled_keys(
    keys: Sequence[e.Expression],
    node: e.Call,
    view: ExpressionView,
    before: Sequence[e.Expression] = (),
) -> Iterator[Diagnostic]:
    """The first key that is null, or that is there already."""
    earlier = [(key, _content(key, node, view)) for key in before]
    for key in keys:
        if view.is_null(key):
            yield Diagnostic(CONSTANT_FAILS, "the key of a map is never null", Label(key.span))
            return
        content = _content(key, node, view)
        for other, value in earlier:
            if (value is not None and value == content) or _is_same(key, other):
                message = f"the map has the key {ssbt_text(key)} already"
                also = (Label(other.span, "here"),)
                yield Diagnostic(BAD_KEY, message, Label(key.span), also, _WAY_OUT)
                return
        earlier.append((key, content))


def _across(
    lists: Sequence[Sequence[e.Expression]], node: e.Call, view: ExpressionView
) -> Iterator[Diagnostic]:
    """A key of one map that another has; those within a map are found there."""
    before: list[e.Expression] = []
    for keys in lists:
        for key in keys:
            findings = [*_find_doubled_keys((key,), node, view, before)]
            if findings and findings[0].code is BAD_KEY:
                yield findings[0]
                return
        before += keys


def _content(key: e.Expression, node: e.Call, view: ExpressionView) -> object:
    """The value of a constant key in the type that all keys have; None where it is not known."""
    type_ = view.data_type(node)
    if not isinstance(type_, MapType) or isinstance(type_.key, UnknownType):
        return None
    outcome = cast_outcome(view.outcome(key), type_.key, view.ansi)
    is_plain = isinstance(outcome, Value) and not outcome.is_opaque
    if not is_plain or (isinstance(type_.key, StringType) and type_.key != StringType()):
        return None
    assert isinstance(outcome, Value)
    return outcome.value


def _is_same(key: e.Expression, other: e.Expression) -> bool:
    """Whether two keys are one expression, which has no chance in it."""
    calls = [part for part in nodes(key) if isinstance(part, e.Call)]
    functions = [find_function(call.name.text) for call in calls]
    certain = all(each is not None and each.deterministic for each in functions)
    return certain and is_same_expression(key, other)


def _elements(node: e.Expression) -> Sequence[e.Expression] | None:
    """The elements of `array(…)`, as far as they are counted."""
    call = without_parentheses(node)
    if not isinstance(call, e.Call) or function_name(call) != "array":
        return None
    parts = operands(call)
    return None if any(isinstance(part, e.Star) for part in parts) else parts


def _first_fields(entries: Sequence[e.Expression]) -> Sequence[e.Expression]:
    calls = [without_parentheses(entry) for entry in entries]
    pairs = [
        operands(call)
        for call in calls
        if isinstance(call, e.Call) and function_name(call) == "struct"
    ]
    return [pair[0] for pair in pairs if len(pair) == 2]


def _check_text(parts: Sequence[e.Expression], view: ExpressionView) -> Iterator[Diagnostic]:
    """`str_to_map('a:1,a:2')`."""
    texts = [view.text(part) for part in parts]
    text, between, behind_key = [*texts, ",", ":"][:3] if len(texts) == 1 else [*texts, ":"][:3]
    if text is None or between is None or behind_key is None:
        return
    if not _PLAIN.fullmatch(between) or not _PLAIN.fullmatch(behind_key):
        return
    keys = [entry.split(behind_key)[0] for entry in text.split(between)]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            message = f"the map has the key '{key}' already"
            yield Diagnostic(BAD_KEY, message, Label(parts[0].span), (), _WAY_OUT)
            return


def _all_one(function: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`transform_keys(map, (k, v) -> 'x')`."""
    if not isinstance(function, e.Lambda) or not view.is_constant(function.body):
        return
    body = function.body
    if view.is_null(body):
        yield Diagnostic(CONSTANT_FAILS, "the key of a map is never null", Label(body.span))
        return
    message = "every key of the map becomes the same"
    yield Diagnostic(BAD_KEY, message, Label(body.span), (), ("use the key, or the value",))
