"""Aggregation and pivoting."""

from __future__ import annotations

from ssbt.compiler.emit.expressions import (
    emit_column,
    emit_named_expression,
    emit_named_expressions,
)
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.references import quote_reference
from ssbt.compiler.emit.renaming import emit_renames
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.steps import Aggregate, Pivot

_METHODS = {"": "groupBy", "rollup": "rollup", "cube": "cube"}


def emit_aggregate(frame: str, step: Aggregate, scope: FunctionScope) -> str:
    """`frame` with a row for each group: its keys, then its aggregates."""
    computed, keys = _emit_keys(step, scope)
    return render_template(
        "steps/aggregate",
        frame=frame,
        distinct=not step.aggregates and not step.form,
        computed=computed,
        keys=keys,
        sets=[[keys[index] for index in chosen] for chosen in step.sets],
        method=_METHODS.get(step.form),
        placeholder=None if step.aggregates else _unused_name(step),
        aggregates=emit_named_expressions(step.aggregates, scope),
    )


def _emit_keys(step: Aggregate, scope: FunctionScope) -> tuple[list[dict[str, str]], list[str]]:
    """The keys, and the columns to compute before where the keys are mentioned several times."""
    if step.form != "grouping sets":
        return [], emit_named_expressions(step.keys, scope)
    computed, keys = [], []
    for key in step.keys:
        if key.names:
            # Once, as a column: each mention of it would be another key to Spark.
            computed.append({"name": key.names[0], "value": emit_column(key.expression, scope)})
            keys.append(python_literal(quote_reference(key.names[0])))
        else:
            keys.append(emit_named_expression(key, scope))
    return computed, keys


def _unused_name(step: Aggregate) -> str:
    name = "rows"
    while name in {column.name.casefold() for column in step.output.columns}:
        name += "_"
    return name


def emit_pivot(frame: str, step: Pivot, scope: FunctionScope) -> str:
    """`frame` with a row for each group, and columns for each value of the pivot's column."""
    pivoted = render_template(
        "steps/pivot",
        frame=frame,
        keys=emit_named_expressions(step.keys, scope),
        column=quote_reference(step.column),
        values=list(step.values),
        aggregates=emit_named_expressions(step.aggregates, scope),
    )
    return emit_renames(pivoted, step.renames)
