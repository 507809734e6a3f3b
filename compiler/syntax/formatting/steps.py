"""How queries and their steps are laid out; see `files`."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.line_breaking import END, GROUP, SPACE, UNNEST, Break, LineRole, Nest
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.formatting.expansions import (
    Parts,
    bracket,
    format_clause,
    join_groups,
    join_nodes,
    register_expansion,
)
from ssbt.compiler.syntax.formatting.values import format_block
from ssbt.compiler.syntax.names import declared_name, step_name

_STEP_BREAK = Break(hard=True, role=LineRole.STEP)


def format_query(node: s.Query) -> Parts:
    """What follows the `=` of a `let`: on its line when there are no steps."""
    if not node.steps:
        return [" from ", node.base]
    out: Parts = [Nest(2), _STEP_BREAK, "from ", node.base]
    for step in node.steps:
        out += [_STEP_BREAK, "|> ", Nest(3), step, UNNEST]
    return [*out, UNNEST]


def join_names(items: Iterable[Name]) -> Parts:
    """Declared names with commas between them."""
    return join_groups([declared_name(name.text)] for name in items)


def format_alias(alias_names: tuple[Name, ...]) -> Parts:
    """` as name`, ` as (name, …)`, or nothing."""
    if len(alias_names) < 2:
        return [f" as {declared_name(name.text)}" for name in alias_names]
    return bracket(" as (", join_names(alias_names))


@register_expansion(s.DatasetUse)
def _(node: s.DatasetUse) -> Parts:
    arguments = [] if node.arguments is None else bracket("(", join_nodes(node.arguments))
    return [
        declared_name(node.name.text),
        *arguments,
        *format_alias((node.alias,) if node.alias else ()),
    ]


@register_expansion(s.Item)
def _(node: s.Item) -> Parts:
    return [node.value, *format_alias(node.names)]


@register_expansion(s.Where)
def _(node: s.Where) -> Parts:
    return ["where ", node.condition]


@register_expansion(s.Select)
def _(node: s.Select) -> Parts:
    return format_clause("select distinct" if node.distinct else "select", join_nodes(node.items))


@register_expansion(s.Extend)
def _(node: s.Extend) -> Parts:
    return format_clause("extend", join_nodes(node.items))


@register_expansion(s.SetColumns)
def _(node: s.SetColumns) -> Parts:
    return format_clause("set", join_nodes(node.assignments))


@register_expansion(s.Assignment)
def _(node: s.Assignment) -> Parts:
    return [node.column, " = ", node.value]


@register_expansion(s.Drop)
def _(node: s.Drop) -> Parts:
    return format_clause("drop", join_nodes(node.columns))


@register_expansion(s.Rename)
def _(node: s.Rename) -> Parts:
    return format_clause("rename", join_nodes(node.renamings))


@register_expansion(s.Renaming)
def _(node: s.Renaming) -> Parts:
    return [node.column, f" as {declared_name(node.name.text)}"]


@register_expansion(s.As)
def _(node: s.As) -> Parts:
    return [f"as {declared_name(node.alias.text)}"]


@register_expansion(s.Join)
def _(node: s.Join) -> Parts:
    keyword = "join " if node.kind == "inner" else f"{node.kind} join "
    out: Parts = [GROUP, keyword, node.right, Nest(2)]
    if node.condition is not None:
        out += [SPACE, "on ", node.condition]
    elif node.using:
        out += [SPACE, *bracket("using (", join_names(node.using))]
    return [*out, UNNEST, END]


@register_expansion(s.Aggregate)
def _(node: s.Aggregate) -> Parts:
    items = format_clause("aggregate", join_nodes(node.items)) if node.items else ["aggregate"]
    return [GROUP, *items, *([SPACE, node.grouping] if node.grouping else []), END]


@register_expansion(s.Grouping)
def _(node: s.Grouping) -> Parts:
    if node.by_all:
        return ["group by all"]
    first, *others = node.elements
    if first.form and not others:
        return ["group by ", first]
    return format_clause("group by", join_nodes(node.elements))


@register_expansion(s.GroupingElement)
def _(node: s.GroupingElement) -> Parts:
    if node.form == "grouping sets":
        return bracket("grouping sets (", join_groups(map(_format_grouping_set, node.members)))
    if node.form:
        members = [
            join_nodes(m.keys) if len(m.keys) == 1 else _format_grouping_set(m)
            for m in node.members
        ]
        return bracket(f"{node.form}(", join_groups(members))
    return join_nodes(node.keys)


def _format_grouping_set(node: s.GroupingElement) -> Parts:
    return [node] if node.form else bracket("(", join_nodes(node.keys))


@register_expansion(s.Distinct)
def _(node: s.Distinct) -> Parts:
    return ["distinct"]


@register_expansion(s.OrderBy)
def _(node: s.OrderBy) -> Parts:
    return format_clause("order by", join_nodes(node.keys))


@register_expansion(s.Limit)
def _(node: s.Limit) -> Parts:
    return ["limit ", node.count if isinstance(node.count, e.ParameterUse) else str(node.count)]


@register_expansion(s.Offset)
def _(node: s.Offset) -> Parts:
    return ["offset ", node.count if isinstance(node.count, e.ParameterUse) else str(node.count)]


@register_expansion(s.SetOperation)
def _(node: s.SetOperation) -> Parts:
    return [f"{node.operator} {'all ' if node.all else ''}", node.right]


@register_expansion(s.Pivot)
def _(node: s.Pivot) -> Parts:
    out = [GROUP, *format_clause("pivot", join_nodes(node.aggregates)), SPACE, "for ", node.column]
    out += bracket(" in (", join_nodes(node.values))
    if node.keys is not None:
        out += [SPACE, *format_clause("group by", join_nodes(node.keys))]
    return [*out, END]


@register_expansion(s.PivotValue)
def _(node: s.PivotValue) -> Parts:
    return [node.value, *format_alias((node.name,) if node.name else ())]


@register_expansion(s.Unpivot)
def _(node: s.Unpivot) -> Parts:
    nulls = "include nulls " if node.include_nulls else ""
    head = f"{declared_name(node.value.text)} for {declared_name(node.name.text)}"
    return bracket(f"unpivot {nulls}{head} in (", join_nodes(node.columns))


@register_expansion(s.Sample)
def _(node: s.Sample) -> Parts:
    replacement = " with replacement" if node.replacement else ""
    seed = f" seed {node.seed}" if node.seed is not None else ""
    return [f"sample {node.percent} percent{replacement}{seed}"]


@register_expansion(s.Explode)
def _(node: s.Explode) -> Parts:
    position = f" with position as {declared_name(node.position.text)}" if node.position else ""
    outer = "outer " if node.outer else ""
    return [f"explode {outer}", node.value, *format_alias(node.names), position]


@register_expansion(s.UseTransform)
def _(node: s.UseTransform) -> Parts:
    return bracket(f"{step_name(node.name.text)}(", join_nodes(node.arguments), ")", node.span.end)


@register_expansion(s.Apply)
def _(node: s.Apply) -> Parts:
    return ["apply ", node.target, f" returns {declared_name(node.schema.text)}"]


@register_expansion(s.Sql)
def _(node: s.Sql) -> Parts:
    return ["sql ", node.query, f" returns {declared_name(node.schema.text)}"]


@register_expansion(s.Watermark)
def _(node: s.Watermark) -> Parts:
    return ["watermark ", node.column, " delay ", node.delay]


@register_expansion(s.Deduplicate)
def _(node: s.Deduplicate) -> Parts:
    within = " within watermark" if node.within_watermark else ""
    if not node.columns:
        return [f"deduplicate{within}"]
    return [*format_clause("deduplicate by", join_nodes(node.columns)), within]


@register_expansion(s.Stateful)
def _(node: s.Stateful) -> Parts:
    keys = format_clause("by", join_nodes(node.keys))
    out = ["stateful ", node.target, " ", *keys, f" returns {declared_name(node.schema.text)}"]
    return [*out, " ", *format_block(node.entries, node.span.end)] if node.entries else out
