"""Aggregation and pivoting."""

from __future__ import annotations

from ssbt.compiler.emit.expressions import (
    emit_column,
    emit_named_expression,
    emit_named_expressions,
    quote_reference,
)
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.renaming import emit_renames
from ssbt.compiler.emit.scopes import FunctionScope
from ssbt.compiler.ir.steps import Aggregate, Pivot

_METHODS = {"": "groupBy", "rollup": "rollup", "cube": "cube"}


def emit_aggregate(frame: str, step: Aggregate, scope: FunctionScope) -> str:
    """`frame` with a row for each group: its keys, then its aggregates."""
    if not step.keys:
        return f"{frame}.agg({emit_named_expressions(step.aggregates, scope)})"
    if not step.aggregates and not step.form:
        return f"{frame}.select({emit_named_expressions(step.keys, scope)}).distinct()"
    grouped = f"{frame}{_emit_grouping(step, scope)}"
    if step.aggregates:
        return f"{grouped}.agg({emit_named_expressions(step.aggregates, scope)})"
    # `agg` wants an aggregate, so there is one for a moment.
    placeholder = python_literal(_unused_name(step))
    return f"{grouped}.agg(F.count(F.lit(1)).alias({placeholder})).drop({placeholder})"


def _emit_grouping(step: Aggregate, scope: FunctionScope) -> str:
    if step.form != "grouping sets":
        return f".{_METHODS[step.form]}({emit_named_expressions(step.keys, scope)})"
    computed, keys = "", []
    for key in step.keys:
        if key.names:
            # Once, as a column: each mention of it would be another key to Spark.
            name = python_literal(key.names[0])
            computed += f".withColumn({name}, {emit_column(key.expression, scope)})"
            keys.append(python_literal(quote_reference(key.names[0])))
        else:
            keys.append(emit_named_expression(key, scope))
    sets = ", ".join(f"[{', '.join(keys[index] for index in chosen)}]" for chosen in step.sets)
    return f"{computed}.groupingSets([{sets}], {', '.join(keys)})"


def _unused_name(step: Aggregate) -> str:
    name = "rows"
    while name in {column.name.casefold() for column in step.output.columns}:
        name += "_"
    return name


def emit_pivot(frame: str, step: Pivot, scope: FunctionScope) -> str:
    """`frame` with a row for each group, and columns for each value of the pivot's column."""
    pivot, values = python_literal(quote_reference(step.column)), python_literal(list(step.values))
    grouped = (
        f"{frame}.groupBy({emit_named_expressions(step.keys, scope)}).pivot({pivot}, {values})"
    )
    return emit_renames(
        f"{grouped}.agg({emit_named_expressions(step.aggregates, scope)})", step.renames
    )
