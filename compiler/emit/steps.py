"""Steps as calls of DataFrame methods.

What each method takes was tried on Spark 4.1.1 with columns called `a.b`, `we``ird` and `*`:
`select`, `groupBy`, `pivot`, `unpivot`, `orderBy` and `F.col` parse a name, while `drop`,
`withColumn`, `withColumnRenamed`, `alias` and the columns of a join take it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ssbt.compiler.emit.expressions import (
    emit_column,
    emit_column_or_name,
    emit_named_expressions,
    emit_sort_key,
    emit_sql,
    quote_reference,
    sql_name,
    unqualified_name,
)
from ssbt.compiler.emit.grouping import emit_aggregate, emit_pivot
from ssbt.compiler.emit.inputs import emit_input, emit_transform_call
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.python_steps import emit_apply_function, emit_sql_query
from ssbt.compiler.emit.renaming import emit_renames
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.stateful_steps import emit_stateful
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.expressions import NamedExpression, ParameterText

_JOIN_KINDS = {"semi": "left_semi", "anti": "left_anti"}
_GENERATORS = frozenset({"explode", "explode_outer", "posexplode", "posexplode_outer"})


def emit_query(query: ir.Query, scope: FunctionScope) -> str:
    """The code of a DataFrame: the query's input and its steps."""
    frame = emit_input(query.base, scope)
    scope.mark_start(frame)
    for step in query.steps:
        frame = EMITTERS[type(step)](frame, step, scope)
        scope.mark_step(step, frame)
    return frame


def _emit_filter(frame: str, step: ir.Filter, scope: FunctionScope) -> str:
    return f"{frame}.where({emit_sql(step.condition, scope)})"


def _emit_project(frame: str, step: ir.Project, scope: FunctionScope) -> str:
    distinct = ".distinct()" if step.distinct else ""
    return f"{frame}.select({emit_named_expressions(step.columns, scope)}){distinct}"


def _emit_with_columns(frame: str, step: ir.WithColumns, scope: FunctionScope) -> str:
    for group in step.groups:
        frame += _emit_column_group(group, scope)
    return frame


def _emit_column_group(group: tuple[NamedExpression, ...], scope: FunctionScope) -> str:
    if any(len(item.names) != 1 for item in group):
        return f'.select("*", {emit_named_expressions(group, scope)})'
    pairs = [(python_literal(item.names[0]), emit_column(item.expression, scope)) for item in group]
    if len(pairs) == 1:
        return f".withColumn({pairs[0][0]}, {pairs[0][1]})"
    return f".withColumns({{{', '.join(f'{name}: {value}' for name, value in pairs)}}})"


def _emit_drop_columns(frame: str, step: ir.DropColumns, scope: FunctionScope) -> str:
    columns = [
        f"F.col({python_literal(name)})"
        if step.qualified
        else python_literal(unqualified_name(name))
        for name in step.columns
    ]
    return f"{frame}.drop({', '.join(columns)})"


def _emit_rename_columns(frame: str, step: ir.RenameColumns, scope: FunctionScope) -> str:
    return emit_renames(frame, step.pairs)


def _emit_alias(frame: str, step: ir.Alias, scope: FunctionScope) -> str:
    return f"{frame}.alias({python_literal(step.alias)})"


def _emit_join(frame: str, step: ir.Join, scope: FunctionScope) -> str:
    right = emit_input(step.right, scope)
    if step.kind == "cross":
        return f"{frame}.crossJoin({right})"
    arguments = [right]
    if step.condition is not None:
        arguments.append(f"F.expr({emit_sql(step.condition, scope)})")
    else:
        using = list(step.using) if len(step.using) > 1 else step.using[0]
        arguments.append(python_literal(using))
    if step.kind != "inner":
        arguments.append(python_literal(_JOIN_KINDS.get(step.kind, step.kind)))
    return f"{frame}.join({', '.join(arguments)})"


def _emit_distinct(frame: str, step: ir.Distinct, scope: FunctionScope) -> str:
    return f"{frame}.distinct()"


def _emit_deduplicate(frame: str, step: ir.Deduplicate, scope: FunctionScope) -> str:
    # Spark compares these names as they are, without parsing them.
    columns = python_literal(list(step.columns)) if step.columns else ""
    # A batch has all rows at once and no watermark to wait for; Spark takes the other method for
    # streams only.
    within = step.within_watermark and step.output.streaming
    return f"{frame}.dropDuplicates{'WithinWatermark' if within else ''}({columns})"


def _emit_watermark(frame: str, step: ir.Watermark, scope: FunctionScope) -> str:
    column = python_literal(quote_reference(step.column))
    return f"{frame}.withWatermark({column}, {python_literal(step.delay)})"


def _emit_sort(frame: str, step: ir.Sort, scope: FunctionScope) -> str:
    return f"{frame}.orderBy({', '.join(emit_sort_key(key, scope) for key in step.keys)})"


def _emit_limit(frame: str, step: ir.Limit, scope: FunctionScope) -> str:
    return f"{frame}.limit({_emit_count(step.count, scope)})"


def _emit_offset(frame: str, step: ir.Offset, scope: FunctionScope) -> str:
    return f"{frame}.offset({_emit_count(step.count, scope)})"


def _emit_count(count: int | ParameterText, scope: FunctionScope) -> str:
    if isinstance(count, ParameterText):
        return scope.use_param(count.name)
    return python_literal(count)


def _emit_set_operation(frame: str, step: ir.SetOperation, scope: FunctionScope) -> str:
    right = emit_input(step.right, scope)
    if step.operator == "union":
        distinct = "" if step.all else ".distinct()"
        return f"{frame}.unionByName({right}){distinct}"
    if step.order is not None:
        names = ", ".join(python_literal(quote_reference(name)) for name in step.order)
        right += f".select({names})"
    return f"{frame}.{_SET_METHODS[step.operator, step.all]}({right})"


def _emit_unpivot(frame: str, step: ir.Unpivot, scope: FunctionScope) -> str:
    ids, columns = python_literal(list(step.ids)), python_literal(list(step.columns))
    names = f"{python_literal(step.name)}, {python_literal(step.value)}"
    frame = f"{emit_renames(frame, step.renames)}.unpivot({ids}, {columns}, {names})"
    if step.include_nulls:
        return frame
    return f"{frame}.where({python_literal(f'{sql_name(step.value)} is not null')})"


def _emit_sample(frame: str, step: ir.Sample, scope: FunctionScope) -> str:
    arguments = ["withReplacement=True"] if step.replacement else []
    arguments.append(f"fraction={python_literal(float(step.fraction))}")
    if step.seed is not None:
        arguments.append(f"seed={python_literal(step.seed)}")
    return f"{frame}.sample({', '.join(arguments)})"


def _emit_explode(frame: str, step: ir.Explode, scope: FunctionScope) -> str:
    assert step.function in _GENERATORS, step.function
    names = ", ".join(map(python_literal, step.names))
    rows = f"F.{step.function}({emit_column_or_name(step.expression, scope)})"
    return f'{frame}.select("*", {rows}.alias({names}))'


def _emit_use_transform(frame: str, step: ir.UseTransform, scope: FunctionScope) -> str:
    function = scope.context.names.transforms[step.transform]
    first = scope.assign_variable(frame, f"{function}_input")
    return emit_transform_call(step.transform, (first,), step.arguments, scope)


_SET_METHODS = {
    ("intersect", False): "intersect",
    ("intersect", True): "intersectAll",
    ("except", False): "subtract",
    ("except", True): "exceptAll",
}
EMITTERS: dict[type[ir.Step], Callable[[str, Any, FunctionScope], str]] = {
    ir.Aggregate: emit_aggregate,
    ir.Alias: _emit_alias,
    ir.ApplyFunction: emit_apply_function,
    ir.Deduplicate: _emit_deduplicate,
    ir.Distinct: _emit_distinct,
    ir.DropColumns: _emit_drop_columns,
    ir.Explode: _emit_explode,
    ir.Filter: _emit_filter,
    ir.Join: _emit_join,
    ir.Limit: _emit_limit,
    ir.Offset: _emit_offset,
    ir.Pivot: emit_pivot,
    ir.Project: _emit_project,
    ir.RenameColumns: _emit_rename_columns,
    ir.Sample: _emit_sample,
    ir.SetOperation: _emit_set_operation,
    ir.Sort: _emit_sort,
    ir.SqlQuery: emit_sql_query,
    ir.Stateful: emit_stateful,
    ir.Unpivot: _emit_unpivot,
    ir.Watermark: _emit_watermark,
    ir.UseTransform: _emit_use_transform,
    ir.WithColumns: _emit_with_columns,
}
