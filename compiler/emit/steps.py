"""What the templates of steps are given, `templates/steps/NAME.py.j2` for each.

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
    sql_name,
)
from ssbt.compiler.emit.grouping import emit_aggregate, emit_pivot
from ssbt.compiler.emit.inputs import emit_input, emit_transform_call
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.python_steps import emit_apply_function, emit_sql_query
from ssbt.compiler.emit.references import quote_reference, unqualified_name
from ssbt.compiler.emit.renaming import emit_renames
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.stateful_steps import emit_stateful
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.expressions import NamedExpression, ParameterText

_JOIN_KINDS = {"inner": None, "semi": "left_semi", "anti": "left_anti"}
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
    return render_template("steps/where", frame=frame, condition=emit_sql(step.condition, scope))


def _emit_project(frame: str, step: ir.Project, scope: FunctionScope) -> str:
    columns = emit_named_expressions(step.columns, scope)
    return render_template("steps/select", frame=frame, columns=columns, distinct=step.distinct)


def _emit_with_columns(frame: str, step: ir.WithColumns, scope: FunctionScope) -> str:
    groups = [_column_group(group, scope) for group in step.groups]
    return render_template("steps/extend", frame=frame, groups=groups)


def _column_group(group: tuple[NamedExpression, ...], scope: FunctionScope) -> dict[str, object]:
    """One column, several by name, or expressions of which one makes several columns."""
    if any(len(item.names) != 1 for item in group):
        return {"expressions": emit_named_expressions(group, scope)}
    columns = [
        {"name": item.names[0], "value": emit_column(item.expression, scope)} for item in group
    ]
    single = columns[0] if len(columns) == 1 else None
    return {"expressions": None, "column": single, "columns": columns}


def _emit_drop_columns(frame: str, step: ir.DropColumns, scope: FunctionScope) -> str:
    columns = step.columns if step.qualified else [*map(unqualified_name, step.columns)]
    return render_template("steps/drop", frame=frame, columns=columns, qualified=step.qualified)


def _emit_rename_columns(frame: str, step: ir.RenameColumns, scope: FunctionScope) -> str:
    return emit_renames(frame, step.pairs)


def _emit_alias(frame: str, step: ir.Alias, scope: FunctionScope) -> str:
    return render_template("steps/as", frame=frame, name=step.alias)


def _emit_join(frame: str, step: ir.Join, scope: FunctionScope) -> str:
    return render_template(
        "steps/join",
        frame=frame,
        right=emit_input(step.right, scope),
        cross=step.kind == "cross",
        condition=emit_sql(step.condition, scope) if step.condition is not None else None,
        using=list(step.using) if len(step.using) > 1 else "".join(step.using),
        kind=_JOIN_KINDS.get(step.kind, step.kind),
    )


def _emit_distinct(frame: str, step: ir.Distinct, scope: FunctionScope) -> str:
    return render_template("steps/distinct", frame=frame)


def _emit_deduplicate(frame: str, step: ir.Deduplicate, scope: FunctionScope) -> str:
    return render_template(
        "steps/deduplicate",
        frame=frame,
        # Spark compares these names as they are, without parsing them.
        columns=list(step.columns),
        # A batch has all rows at once and no watermark to wait for; Spark takes the other method
        # for streams only.
        within_watermark=step.within_watermark and step.output.streaming,
    )


def _emit_watermark(frame: str, step: ir.Watermark, scope: FunctionScope) -> str:
    column = quote_reference(step.column)
    return render_template("steps/watermark", frame=frame, column=column, delay=step.delay)


def _emit_sort(frame: str, step: ir.Sort, scope: FunctionScope) -> str:
    keys = [emit_sort_key(key, scope) for key in step.keys]
    return render_template("steps/order_by", frame=frame, keys=keys)


def _emit_limit(frame: str, step: ir.Limit, scope: FunctionScope) -> str:
    return render_template("steps/limit", frame=frame, count=_emit_count(step.count, scope))


def _emit_offset(frame: str, step: ir.Offset, scope: FunctionScope) -> str:
    return render_template("steps/offset", frame=frame, count=_emit_count(step.count, scope))


def _emit_count(count: int | ParameterText, scope: FunctionScope) -> str:
    if isinstance(count, ParameterText):
        return scope.use_param(count.name)
    return python_literal(count)


def _emit_set_operation(frame: str, step: ir.SetOperation, scope: FunctionScope) -> str:
    right = emit_input(step.right, scope)
    if step.operator == "union":
        return render_template("steps/union", frame=frame, right=right, distinct=not step.all)
    order = [quote_reference(name) for name in step.order or ()]
    return render_template(
        f"steps/{step.operator}", frame=frame, right=right, all=step.all, order=order
    )


def _emit_unpivot(frame: str, step: ir.Unpivot, scope: FunctionScope) -> str:
    return render_template(
        "steps/unpivot",
        frame=emit_renames(frame, step.renames),
        ids=list(step.ids),
        columns=list(step.columns),
        name=step.name,
        value=step.value,
        condition=None if step.include_nulls else f"{sql_name(step.value)} is not null",
    )


def _emit_sample(frame: str, step: ir.Sample, scope: FunctionScope) -> str:
    return render_template(
        "steps/sample",
        frame=frame,
        replacement=step.replacement,
        fraction=float(step.fraction),
        seed=step.seed,
    )


def _emit_explode(frame: str, step: ir.Explode, scope: FunctionScope) -> str:
    assert step.function in _GENERATORS, step.function
    rows = emit_column_or_name(step.expression, scope)
    return render_template(
        "steps/explode", frame=frame, function=step.function, rows=rows, names=step.names
    )


def _emit_use_transform(frame: str, step: ir.UseTransform, scope: FunctionScope) -> str:
    function = scope.context.names.transforms[step.transform]
    first = scope.assign_variable(frame, f"{function}_input")
    return emit_transform_call(step.transform, (first,), step.arguments, scope)


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
