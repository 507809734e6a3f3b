"""Aggregation and pivoting."""

from __future__ import annotations

from ssbt.compiler.emit.expressions import all_named, column, named, reference
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.renaming import renamed
from ssbt.compiler.emit.scopes import Scope
from ssbt.compiler.ir.steps import Aggregate, Pivot

_METHODS = {"": "groupBy", "rollup": "rollup", "cube": "cube"}


def aggregated(frame: str, step: Aggregate, scope: Scope) -> str:
    """`frame` with a row for each group: its keys, then its aggregates."""
    if not step.keys:
        return f"{frame}.agg({all_named(step.aggregates, scope)})"
    if not step.aggregates and not step.form:
        return f"{frame}.select({all_named(step.keys, scope)}).distinct()"
    grouped = f"{frame}{_grouping(step, scope)}"
    if step.aggregates:
        return f"{grouped}.agg({all_named(step.aggregates, scope)})"
    # `agg` wants an aggregate, so there is one for a moment.
    passing = python_literal(_unused_name(step))
    return f"{grouped}.agg(F.count(F.lit(1)).alias({passing})).drop({passing})"


def _grouping(step: Aggregate, scope: Scope) -> str:
    if step.form != "grouping sets":
        return f".{_METHODS[step.form]}({all_named(step.keys, scope)})"
    computed, keys = "", []
    for key in step.keys:
        if key.names:
            # Once, as a column: each mention of it would be another key to Spark.
            name = python_literal(key.names[0])
            computed += f".withColumn({name}, {column(key.expression, scope)})"
            keys.append(python_literal(reference(key.names[0])))
        else:
            keys.append(named(key, scope))
    sets = ", ".join(f"[{', '.join(keys[index] for index in chosen)}]" for chosen in step.sets)
    return f"{computed}.groupingSets([{sets}], {', '.join(keys)})"


def _unused_name(step: Aggregate) -> str:
    name = "rows"
    while name in {column.name.casefold() for column in step.output.columns}:
        name += "_"
    return name


def pivoted(frame: str, step: Pivot, scope: Scope) -> str:
    """`frame` with a row for each group, and columns for each value of the pivot's column."""
    pivot, values = python_literal(reference(step.column)), python_literal(list(step.values))
    grouped = f"{frame}.groupBy({all_named(step.keys, scope)}).pivot({pivot}, {values})"
    return renamed(f"{grouped}.agg({all_named(step.aggregates, scope)})", step.renames)
