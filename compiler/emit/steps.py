"""Steps as calls of DataFrame methods.

What each method takes was tried on Spark 4.1.1 with columns called `a.b`, `we``ird` and `*`:
`select`, `groupBy`, `pivot`, `unpivot`, `orderBy` and `F.col` parse a name, while `drop`,
`withColumn`, `withColumnRenamed`, `alias` and the columns of a join take it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ssbt.compiler.emit.expressions import (
    all_named,
    column,
    column_or_name,
    own_name,
    reference,
    sort_key,
    sql,
    sql_name,
)
from ssbt.compiler.emit.grouping import aggregated, pivoted
from ssbt.compiler.emit.inputs import input_frame, transformed
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.python_steps import applied, queried
from ssbt.compiler.emit.renaming import renamed
from ssbt.compiler.emit.scopes import Scope
from ssbt.compiler.emit.stateful_steps import processed
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.expressions import Named, ParameterText

_JOIN_KINDS = {"semi": "left_semi", "anti": "left_anti"}
_GENERATORS = frozenset({"explode", "explode_outer", "posexplode", "posexplode_outer"})


def query_frame(query: ir.Query, scope: Scope) -> str:
    """The code of a DataFrame: the query's input and its steps."""
    frame = input_frame(query.base, scope)
    scope.started(frame)
    for step in query.steps:
        frame = EMITTERS[type(step)](frame, step, scope)
        scope.reached(step, frame)
    return frame


def _filter(frame: str, step: ir.Filter, scope: Scope) -> str:
    return f"{frame}.where({sql(step.condition.text, scope)})"


def _project(frame: str, step: ir.Project, scope: Scope) -> str:
    distinct = ".distinct()" if step.distinct else ""
    return f"{frame}.select({all_named(step.columns, scope)}){distinct}"


def _with_columns(frame: str, step: ir.WithColumns, scope: Scope) -> str:
    for group in step.groups:
        frame += _with_group(group, scope)
    return frame


def _with_group(group: tuple[Named, ...], scope: Scope) -> str:
    if any(len(item.names) != 1 for item in group):
        return f'.select("*", {all_named(group, scope)})'
    pairs = [(python_literal(item.names[0]), column(item.expression, scope)) for item in group]
    if len(pairs) == 1:
        return f".withColumn({pairs[0][0]}, {pairs[0][1]})"
    return f".withColumns({{{', '.join(f'{name}: {value}' for name, value in pairs)}}})"


def _drop_columns(frame: str, step: ir.DropColumns, scope: Scope) -> str:
    columns = [
        f"F.col({python_literal(name)})" if step.qualified else python_literal(own_name(name))
        for name in step.columns
    ]
    return f"{frame}.drop({', '.join(columns)})"


def _rename_columns(frame: str, step: ir.RenameColumns, scope: Scope) -> str:
    return renamed(frame, step.pairs)


def _alias(frame: str, step: ir.Alias, scope: Scope) -> str:
    return f"{frame}.alias({python_literal(step.alias)})"


def _join(frame: str, step: ir.Join, scope: Scope) -> str:
    right = input_frame(step.right, scope)
    if step.kind == "cross":
        return f"{frame}.crossJoin({right})"
    arguments = [right]
    if step.condition is not None:
        arguments.append(f"F.expr({sql(step.condition.text, scope)})")
    else:
        using = list(step.using) if len(step.using) > 1 else step.using[0]
        arguments.append(python_literal(using))
    if step.kind != "inner":
        arguments.append(python_literal(_JOIN_KINDS.get(step.kind, step.kind)))
    return f"{frame}.join({', '.join(arguments)})"


def _distinct(frame: str, step: ir.Distinct, scope: Scope) -> str:
    return f"{frame}.distinct()"


def _deduplicate(frame: str, step: ir.Deduplicate, scope: Scope) -> str:
    # Spark compares these names as they are, without parsing them.
    columns = python_literal(list(step.columns)) if step.columns else ""
    # A batch has all rows at once and no watermark to wait for; Spark takes the other method for
    # streams only.
    within = step.within_watermark and step.output.streaming
    return f"{frame}.dropDuplicates{'WithinWatermark' if within else ''}({columns})"


def _watermark(frame: str, step: ir.Watermark, scope: Scope) -> str:
    column = python_literal(reference(step.column))
    return f"{frame}.withWatermark({column}, {python_literal(step.delay)})"


def _sort(frame: str, step: ir.Sort, scope: Scope) -> str:
    return f"{frame}.orderBy({', '.join(sort_key(key, scope) for key in step.keys)})"


def _limit(frame: str, step: ir.Limit, scope: Scope) -> str:
    return f"{frame}.limit({_count(step.count, scope)})"


def _offset(frame: str, step: ir.Offset, scope: Scope) -> str:
    return f"{frame}.offset({_count(step.count, scope)})"


def _count(count: int | ParameterText, scope: Scope) -> str:
    if isinstance(count, ParameterText):
        return scope.param(count.name)
    return python_literal(count)


def _set_operation(frame: str, step: ir.SetOperation, scope: Scope) -> str:
    right = input_frame(step.right, scope)
    if step.operator == "union":
        distinct = "" if step.all else ".distinct()"
        return f"{frame}.unionByName({right}){distinct}"
    if step.order is not None:
        names = ", ".join(python_literal(reference(name)) for name in step.order)
        right += f".select({names})"
    return f"{frame}.{_SET_METHODS[step.operator, step.all]}({right})"


def _unpivot(frame: str, step: ir.Unpivot, scope: Scope) -> str:
    ids, columns = python_literal(list(step.ids)), python_literal(list(step.columns))
    names = f"{python_literal(step.name)}, {python_literal(step.value)}"
    frame = f"{renamed(frame, step.renames)}.unpivot({ids}, {columns}, {names})"
    if step.include_nulls:
        return frame
    return f"{frame}.where({python_literal(f'{sql_name(step.value)} is not null')})"


def _sample(frame: str, step: ir.Sample, scope: Scope) -> str:
    arguments = ["withReplacement=True"] if step.replacement else []
    arguments.append(f"fraction={python_literal(float(step.fraction))}")
    if step.seed is not None:
        arguments.append(f"seed={python_literal(step.seed)}")
    return f"{frame}.sample({', '.join(arguments)})"


def _explode(frame: str, step: ir.Explode, scope: Scope) -> str:
    assert step.function in _GENERATORS, step.function
    names = ", ".join(map(python_literal, step.names))
    rows = f"F.{step.function}({column_or_name(step.expression, scope)})"
    return f'{frame}.select("*", {rows}.alias({names}))'


def _use_transform(frame: str, step: ir.UseTransform, scope: Scope) -> str:
    function = scope.around.names.transforms[step.transform]
    first = scope.held(frame, f"{function}_input")
    return transformed(step.transform, (first,), step.arguments, scope)


_SET_METHODS = {
    ("intersect", False): "intersect",
    ("intersect", True): "intersectAll",
    ("except", False): "subtract",
    ("except", True): "exceptAll",
}
EMITTERS: dict[type[ir.Step], Callable[[str, Any, Scope], str]] = {
    ir.Aggregate: aggregated,
    ir.Alias: _alias,
    ir.ApplyFunction: applied,
    ir.Deduplicate: _deduplicate,
    ir.Distinct: _distinct,
    ir.DropColumns: _drop_columns,
    ir.Explode: _explode,
    ir.Filter: _filter,
    ir.Join: _join,
    ir.Limit: _limit,
    ir.Offset: _offset,
    ir.Pivot: pivoted,
    ir.Project: _project,
    ir.RenameColumns: _rename_columns,
    ir.Sample: _sample,
    ir.SetOperation: _set_operation,
    ir.Sort: _sort,
    ir.SqlQuery: queried,
    ir.Stateful: processed,
    ir.Unpivot: _unpivot,
    ir.Watermark: _watermark,
    ir.UseTransform: _use_transform,
    ir.WithColumns: _with_columns,
}
