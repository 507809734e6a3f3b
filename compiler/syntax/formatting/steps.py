"""How queries and their steps are laid out; see `files`."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.formatting.expressions import (
    Parts,
    bracketed,
    expands,
    listed,
    nodes,
    several,
)
from ssbt.compiler.syntax.formatting.layout import END, GROUP, SPACE, UNNEST, Begins, Break, Nest
from ssbt.compiler.syntax.formatting.values import block
from ssbt.compiler.syntax.names import declared_name, step_name

_FROM = Break(hard=True, begins=Begins.STEP)


def query(node: s.Query) -> Parts:
    """What stands behind the `=` of a `let`: on its line when there are no steps."""
    if not node.steps:
        return [" from ", node.base]
    out: Parts = [Nest(2), _FROM, "from ", node.base]
    for step in node.steps:
        out += [_FROM, "|> ", Nest(3), step, UNNEST]
    return [*out, UNNEST]


def names(of: Iterable[e.Name]) -> Parts:
    """Declared names with commas between them."""
    return listed([declared_name(name.text)] for name in of)


def alias(of: tuple[e.Name, ...]) -> Parts:
    """` as name`, ` as (name, …)`, or nothing."""
    if len(of) < 2:
        return [f" as {declared_name(name.text)}" for name in of]
    return bracketed(" as (", names(of))


@expands(s.DatasetUse)
def _(node: s.DatasetUse) -> Parts:
    arguments = [] if node.arguments is None else bracketed("(", nodes(node.arguments))
    return [declared_name(node.name.text), *arguments, *alias((node.alias,) if node.alias else ())]


@expands(s.Item)
def _(node: s.Item) -> Parts:
    return [node.value, *alias(node.names)]


@expands(s.Where)
def _(node: s.Where) -> Parts:
    return ["where ", node.condition]


@expands(s.Select)
def _(node: s.Select) -> Parts:
    return several("select distinct" if node.distinct else "select", nodes(node.items))


@expands(s.Extend)
def _(node: s.Extend) -> Parts:
    return several("extend", nodes(node.items))


@expands(s.SetColumns)
def _(node: s.SetColumns) -> Parts:
    return several("set", nodes(node.assignments))


@expands(s.Assignment)
def _(node: s.Assignment) -> Parts:
    return [node.column, " = ", node.value]


@expands(s.Drop)
def _(node: s.Drop) -> Parts:
    return several("drop", nodes(node.columns))


@expands(s.Rename)
def _(node: s.Rename) -> Parts:
    return several("rename", nodes(node.renamings))


@expands(s.Renaming)
def _(node: s.Renaming) -> Parts:
    return [node.column, f" as {declared_name(node.name.text)}"]


@expands(s.As)
def _(node: s.As) -> Parts:
    return [f"as {declared_name(node.alias.text)}"]


@expands(s.Join)
def _(node: s.Join) -> Parts:
    keyword = "join " if node.kind == "inner" else f"{node.kind} join "
    out: Parts = [GROUP, keyword, node.right, Nest(2)]
    if node.condition is not None:
        out += [SPACE, "on ", node.condition]
    elif node.using:
        out += [SPACE, *bracketed("using (", names(node.using))]
    return [*out, UNNEST, END]


@expands(s.Aggregate)
def _(node: s.Aggregate) -> Parts:
    items = several("aggregate", nodes(node.items)) if node.items else ["aggregate"]
    return [GROUP, *items, *([SPACE, node.grouping] if node.grouping else []), END]


@expands(s.Grouping)
def _(node: s.Grouping) -> Parts:
    if node.by_all:
        return ["group by all"]
    first, *others = node.elements
    if first.form and not others:
        return ["group by ", first]
    return several("group by", nodes(node.elements))


@expands(s.GroupingElement)
def _(node: s.GroupingElement) -> Parts:
    if node.form == "grouping sets":
        return bracketed("grouping sets (", listed(map(_grouping_set, node.members)))
    if node.form:
        members = [nodes(m.keys) if len(m.keys) == 1 else _grouping_set(m) for m in node.members]
        return bracketed(f"{node.form}(", listed(members))
    return nodes(node.keys)


def _grouping_set(node: s.GroupingElement) -> Parts:
    return [node] if node.form else bracketed("(", nodes(node.keys))


@expands(s.Distinct)
def _(node: s.Distinct) -> Parts:
    return ["distinct"]


@expands(s.OrderBy)
def _(node: s.OrderBy) -> Parts:
    return several("order by", nodes(node.keys))


@expands(s.Limit)
def _(node: s.Limit) -> Parts:
    return ["limit ", node.count if isinstance(node.count, e.ParameterUse) else str(node.count)]


@expands(s.Offset)
def _(node: s.Offset) -> Parts:
    return ["offset ", node.count if isinstance(node.count, e.ParameterUse) else str(node.count)]


@expands(s.SetOperation)
def _(node: s.SetOperation) -> Parts:
    return [f"{node.operator} {'all ' if node.all else ''}", node.right]


@expands(s.Pivot)
def _(node: s.Pivot) -> Parts:
    out = [GROUP, *several("pivot", nodes(node.aggregates)), SPACE, "for ", node.column]
    out += bracketed(" in (", nodes(node.values))
    if node.keys is not None:
        out += [SPACE, *several("group by", nodes(node.keys))]
    return [*out, END]


@expands(s.PivotValue)
def _(node: s.PivotValue) -> Parts:
    return [node.value, *alias((node.name,) if node.name else ())]


@expands(s.Unpivot)
def _(node: s.Unpivot) -> Parts:
    nulls = "include nulls " if node.include_nulls else ""
    head = f"{declared_name(node.value.text)} for {declared_name(node.name.text)}"
    return bracketed(f"unpivot {nulls}{head} in (", nodes(node.columns))


@expands(s.Sample)
def _(node: s.Sample) -> Parts:
    replacement = " with replacement" if node.replacement else ""
    seed = f" seed {node.seed}" if node.seed is not None else ""
    return [f"sample {node.percent} percent{replacement}{seed}"]


@expands(s.Explode)
def _(node: s.Explode) -> Parts:
    position = f" with position as {declared_name(node.position.text)}" if node.position else ""
    outer = "outer " if node.outer else ""
    return [f"explode {outer}", node.value, *alias(node.names), position]


@expands(s.UseTransform)
def _(node: s.UseTransform) -> Parts:
    return bracketed(f"{step_name(node.name.text)}(", nodes(node.arguments), ")", node.span.end)


@expands(s.Apply)
def _(node: s.Apply) -> Parts:
    return ["apply ", node.target, f" returns {declared_name(node.schema.text)}"]


@expands(s.Sql)
def _(node: s.Sql) -> Parts:
    return ["sql ", node.query, f" returns {declared_name(node.schema.text)}"]


@expands(s.Watermark)
def _(node: s.Watermark) -> Parts:
    return ["watermark ", node.column, " delay ", node.delay]


@expands(s.Deduplicate)
def _(node: s.Deduplicate) -> Parts:
    within = " within watermark" if node.within_watermark else ""
    if not node.columns:
        return [f"deduplicate{within}"]
    return [*several("deduplicate by", nodes(node.columns)), within]


@expands(s.Stateful)
def _(node: s.Stateful) -> Parts:
    keys = several("by", nodes(node.keys))
    out = ["stateful ", node.target, " ", *keys, f" returns {declared_name(node.schema.text)}"]
    return [*out, " ", *block(node.entries, node.span.end)] if node.entries else out
