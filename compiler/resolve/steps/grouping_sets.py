"""What `group by` groups by: its keys once each, and the sets of them that make the rows.

Elements with a comma between them meet each other: `a, rollup(b, c)` is `(a, b, c)`, `(a, b)` and
`(a)`. The DataFrame API has a method for a lone `rollup` or `cube`; all else is worked out here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, islice, product

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.resolve.expressions.walking import is_same_expression, nodes
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.types.functions import FunctionKind, find_function

MOST_SETS = 4096
_Set = tuple[s.Item, ...]


class GroupingPlan(Struct, frozen=True):
    """The keys, and the sets as places in them; `form` is the DataFrame's method."""

    form: str
    keys: tuple[s.Item, ...]
    sets: tuple[tuple[int, ...], ...] = ()

    @property
    def partial_keys(self) -> frozenset[int]:
        """The places of keys by which some rows are not grouped."""
        if self.form != "grouping sets":
            return frozenset(range(len(self.keys)) if self.form else ())
        everywhere = set(range(len(self.keys))).intersection(*self.sets)
        return frozenset(range(len(self.keys))) - everywhere


def plan_grouping(node: s.Grouping, context: QueryContext) -> GroupingPlan:
    """What the elements of a `group by` come to; findings for what Spark has no place for."""
    if all(not each.form for each in node.elements):
        return GroupingPlan("", tuple(item for each in node.elements for item in each.keys))
    for element in node.elements:
        _report_empty(element, context)
    first_element = node.elements[0]
    if len(node.elements) == 1 and all(_is_one_key(member) for member in first_element.members):
        keys = tuple(item for member in first_element.members for item in member.keys)
        is_distinct = len(_collect_distinct_keys([keys], context)) == len(keys)
        if first_element.form in ("rollup", "cube") and is_distinct:
            return GroupingPlan(first_element.form, keys)
    if context.settings.target.startswith("3."):
        subject = "`grouping sets`" if first_element.form == "grouping sets" else "this grouping"
        message = f"{subject} came to PySpark with Spark 4.0.0"
        help_ = f"the target is Spark {context.settings.target}; `cube` has the same rows and more"
        context.report.add(expression_codes.FUNCTION_TOO_NEW, node.span, message, help=help_)
    sets = list(islice(_cross_elements(node.elements), MOST_SETS + 1))
    if len(sets) > MOST_SETS:
        message = f"this groups the rows in more than {MOST_SETS:,} ways"
        help_ = "name the combinations that are needed with `grouping sets ((…), …)`"
        context.report.add(codes.TOO_MANY_GROUPINGS, node.span, message, help=help_)
        sets = sets[:1]
    keys = _collect_distinct_keys(sets, context)
    return GroupingPlan(
        "grouping sets", keys, tuple(_key_indexes(each, keys, context) for each in sets)
    )


def _report_empty(element: s.GroupingElement, context: QueryContext) -> None:
    """Report a set without keys in `rollup` or `cube`, which Spark does not read."""
    for member in element.members:
        _report_empty(member, context)
        if element.form != "grouping sets" and not (member.form or member.keys):
            message = f"`()` stands in `grouping sets`, and `{element.form}` has it anyway"
            code = expression_codes.WRONG_ARGUMENTS
            context.report.add(code, member.span, message, help="remove it")


def _is_one_key(member: s.GroupingElement) -> bool:
    return not member.form and len(member.keys) == 1


def _cross_elements(elements: Sequence[s.GroupingElement]) -> Iterator[_Set]:
    """Each set of one element with each of the others'."""
    # The first sets are enough to tell that there are too many.
    element_sets = [list(islice(_iterate_sets(each), MOST_SETS + 1)) for each in elements]
    return (tuple(chain(*chosen)) for chosen in product(*element_sets))


def _iterate_sets(element: s.GroupingElement) -> Iterator[_Set]:
    """The sets of keys that an element stands for, the largest first."""
    if not element.form:
        yield element.keys
        return
    if element.form == "grouping sets":
        for member in element.members:
            yield from _iterate_sets(member)
        return
    parts = [member.keys for member in element.members]
    for count in range(len(parts), -1, -1):
        chosen = [tuple(parts[:count])] if element.form == "rollup" else combinations(parts, count)
        yield from (tuple(chain(*each)) for each in chosen)


def _collect_distinct_keys(sets: Sequence[_Set], context: QueryContext) -> tuple[s.Item, ...]:
    keys: list[s.Item] = []
    for item in chain(*sets):
        if not any(_is_same_key(item, key, context) for key in keys):
            keys.append(item)
    return tuple(sorted(keys, key=lambda item: item.span.start))


def _key_indexes(chosen: _Set, keys: Sequence[s.Item], context: QueryContext) -> tuple[int, ...]:
    """The places of the keys of a set, each once."""
    indexes = (
        next(index for index, key in enumerate(keys) if _is_same_key(item, key, context))
        for item in chosen
    )
    return tuple(dict.fromkeys(indexes))


def _is_same_key(left: s.Item, right: s.Item, context: QueryContext) -> bool:
    return left is right or is_same_expression(left.value, right.value, context.is_same_column)


def split_items(node: s.Aggregate) -> tuple[tuple[s.Item, ...], tuple[s.Item, ...]]:
    """The items of an `aggregate … group by all` that are keys, and those that aggregate."""
    keys = tuple(item for item in node.items if not _has_aggregate(item.value))
    return keys, tuple(item for item in node.items if _has_aggregate(item.value))


def _has_aggregate(node: e.Expression) -> bool:
    """Whether an aggregate function stands in an expression."""
    for part in nodes(node):
        function = (
            find_function(part.name.text)
            if isinstance(part, e.Call) and part.window is None
            else None
        )
        if function is not None and function.kind is FunctionKind.AGGREGATE:
            return True
    return False
