"""Queries and their steps."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.building.blocks import BlockBuilder
from ssbt.compiler.syntax.building.nodes import Children, children_of_type, find_token
from ssbt.compiler.syntax.lexer import Lexeme


class StepBuilder(BlockBuilder):
    """Builds queries."""

    def query(self, span: Span, children: Children) -> s.Query:
        _, base, *steps = children
        return s.Query(span, base, tuple(steps))

    def pipe_step(self, span: Span, children: Children) -> s.Step:
        step: s.Step = children[0]
        return step

    def dataset_use(self, span: Span, children: Children) -> s.DatasetUse:
        arguments = children_of_type(children, s.DatasetUse)
        name, *alias = children_of_type(children, Name)
        use = s.DatasetUse(span, name, arguments or None, alias[0] if alias else None)
        if self.record_depth(use, 1, *arguments):
            return use
        return s.DatasetUse(span, name, None, use.alias)

    def step_where(self, span: Span, children: Children) -> s.Where:
        return s.Where(span, children[1])

    def step_select(self, span: Span, children: Children) -> s.Select:
        return s.Select(span, children[2], children[1] is not None)

    def step_extend(self, span: Span, children: Children) -> s.Extend:
        return s.Extend(span, children[1])

    def step_set(self, span: Span, children: Children) -> s.SetColumns:
        return s.SetColumns(span, tuple(children[1:]))

    def step_drop(self, span: Span, children: Children) -> s.Drop:
        return s.Drop(span, children[1])

    def step_rename(self, span: Span, children: Children) -> s.Rename:
        return s.Rename(span, tuple(children[1:]))

    def step_as(self, span: Span, children: Children) -> s.As:
        return s.As(span, children[1])

    def step_join(self, span: Span, children: Children) -> s.Join | s.BrokenStep:
        keyword, right, condition = children
        phrase = " ".join(str(keyword).lower().split())
        join_words = phrase.removesuffix("join").split()
        if "natural" in join_words:
            self.report(
                codes.UNEXPECTED_TOKEN,
                self.token_span(keyword),
                "`natural join` is not in the language: a new column of the same name would "
                "silently change the join",
                "name the columns with `using (…)`",
            )
            return s.BrokenStep(span)
        kinds = [w for w in ("semi", "anti", "left", "right", "full", "cross") if w in join_words]
        on, using = condition or (None, ())
        return s.Join(span, kinds[0] if kinds else "inner", right, on, using)

    def join_on(self, span: Span, children: Children) -> tuple[e.Expression, tuple[Name, ...]]:
        return children[1], ()

    def join_using(self, span: Span, children: Children) -> tuple[None, tuple[Name, ...]]:
        return None, children_of_type(children, Name)

    def step_aggregate(self, span: Span, children: Children) -> s.Aggregate:
        _, items, keyword, *groupings = children
        if not groupings:
            grouping = s.Grouping(self.token_span(keyword), (), True)
            return s.Aggregate(span, items or (), grouping)
        return s.Aggregate(span, items or (), groupings[0])

    def grouping(self, span: Span, children: Children) -> s.Grouping:
        return s.Grouping(span, children_of_type(children, s.GroupingElement))

    def grouping_item(self, span: Span, children: Children) -> s.GroupingElement:
        item = children[0]
        operation = None if item.names else _build_grouping_operation(item.value)
        return operation or s.GroupingElement(span, "", (item,))

    def grouping_sets(self, span: Span, children: Children) -> s.GroupingElement:
        return s.GroupingElement(span, "grouping sets", (), tuple(children[1:]))

    def grouping_set(self, span: Span, children: Children) -> s.GroupingElement:
        value = children[0]
        return _build_grouping_operation(value) or _build_key_group(value)

    def step_distinct(self, span: Span, children: Children) -> s.Distinct:
        return s.Distinct(span)

    def step_order_by(self, span: Span, children: Children) -> s.OrderBy:
        keyword = children[0]
        if keyword.lower().startswith("sort"):
            keyword_span = self.token_span(keyword)
            self.report(
                codes.SORT_BY,
                keyword_span,
                "`sort by` would sort each partition for itself, and not the dataset",
                "write `order by`",
                fix=Edit(
                    Span(self.path, keyword_span.start, keyword_span.start + len("sort")), "order"
                ),
            )
        return s.OrderBy(span, tuple(children[1:]))

    def step_limit(self, span: Span, children: Children) -> s.Limit:
        return s.Limit(span, children[1])

    def step_offset(self, span: Span, children: Children) -> s.Offset:
        return s.Offset(span, children[1])

    def count(self, span: Span, children: Children) -> int | e.ParameterUse:
        value = children[0]
        return self.parse_whole_number(value) if isinstance(value, Lexeme) else value

    def step_set_operation(self, span: Span, children: Children) -> s.SetOperation:
        keywords = str(children[0]).lower().split()
        operator = "except" if keywords[0] == "minus" else keywords[0]
        return s.SetOperation(span, operator, "all" in keywords, children[1])

    def step_pivot(self, span: Span, children: Children) -> s.Pivot:
        aggregates, *keys = [child for child in children if isinstance(child, tuple)]
        return s.Pivot(
            span,
            aggregates,
            next(child for child in children if isinstance(child, e.ColumnName)),
            children_of_type(children, s.PivotValue),
            keys[0] if keys else None,
        )

    def pivot_value(self, span: Span, children: Children) -> s.PivotValue:
        return s.PivotValue(span, children[0], children[2])

    def step_unpivot(self, span: Span, children: Children) -> s.Unpivot:
        value, name = children_of_type(children, Name)
        items = next(child for child in children if isinstance(child, tuple))
        return s.Unpivot(span, value, name, items, children[1] is not None)

    def step_sample(self, span: Span, children: Children) -> s.Sample:
        percent, seed = str(children[1]), children[5]
        return s.Sample(
            span,
            percent,
            children[3] is not None,
            None if seed is None else self.parse_whole_number(seed),
        )

    def step_explode(self, span: Span, children: Children) -> s.Explode:
        _, outer, value, _, names, *_, position = children
        return s.Explode(span, value, outer is not None, names, position)

    def step_transform(self, span: Span, children: Children) -> s.UseTransform:
        return s.UseTransform(span, children[0], children_of_type(children, s.DatasetUse))

    def step_apply(self, span: Span, children: Children) -> s.Apply:
        return s.Apply(span, children[1], children[3])

    def step_sql(self, span: Span, children: Children) -> s.Sql:
        return s.Sql(span, children[1], children[3])

    def step_watermark(self, span: Span, children: Children) -> s.Watermark:
        return s.Watermark(span, children[1], children[3])

    def step_deduplicate(self, span: Span, children: Children) -> s.Deduplicate:
        columns = next((child for child in children if isinstance(child, tuple)), ())
        within = find_token(children, "WITHIN_WATERMARK") is not None
        return s.Deduplicate(span, columns, within)

    def step_stateful(self, span: Span, children: Children) -> s.Stateful:
        _, target, _, keys, _, schema, block = children
        entries = block.entries if block else ()
        return s.Stateful(span, target, keys, schema, entries)

    def items(self, span: Span, children: Children) -> tuple[s.Item, ...]:
        return children_of_type(children, s.Item)

    def item(self, span: Span, children: Children) -> s.Item:
        return s.Item(span, children[0], children[2] or ())

    def names(self, span: Span, children: Children) -> tuple[Name, ...]:
        return tuple(children)

    def assignment(self, span: Span, children: Children) -> s.Assignment:
        return s.Assignment(span, children[0], children[1])

    def columns(self, span: Span, children: Children) -> tuple[e.ColumnName, ...]:
        return tuple(children)

    def renaming(self, span: Span, children: Children) -> s.Renaming:
        return s.Renaming(span, children[0], children[2])


def _build_grouping_operation(node: e.Expression) -> s.GroupingElement | None:
    """The element that `rollup(…)` or `cube(…)` is."""
    form = node.name.text.lower() if isinstance(node, e.Call) else ""
    if not isinstance(node, e.Call) or form not in ("rollup", "cube"):
        return None
    plain = e.Call(node.span, node.name, node.arguments)
    if node != plain or any(argument.name for argument in node.arguments):
        return None
    return s.GroupingElement(
        node.span, form, (), tuple(map(_build_grouping_member, node.arguments))
    )


def _build_grouping_member(argument: e.Argument) -> s.GroupingElement:
    if argument.alias is None:
        return _build_key_group(argument.value)
    item = s.Item(argument.span, argument.value, (argument.alias,))
    return s.GroupingElement(argument.span, "", (item,))


def _build_key_group(node: e.Expression) -> s.GroupingElement:
    """`(a, b)` as two keys that count as one, and any other value as one."""
    values: tuple[e.Expression, ...] = (node,)
    if isinstance(node, e.Tuple) and not node.names:
        values = node.items
    elif isinstance(node, e.Parenthesised):
        values = (node.operand,)
    items = tuple(s.Item(value.span, value, ()) for value in values)
    return s.GroupingElement(node.span, "", items)
