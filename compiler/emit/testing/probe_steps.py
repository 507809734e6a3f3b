"""The steps and columns that probes are made of."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression, Text
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import BOOLEAN, UNKNOWN
from ssbt.compiler.types.quoting import quote_name, quote_string


def list_expressions(columns: Iterable[NamedExpression]) -> list[Expression]:
    """The expressions of columns."""
    return [each.expression for each in columns]


def append_step(part: s.Query, step: s.Step) -> s.Query:
    """A query with one more step."""
    return replace(part, steps=(*part.steps, step), output=step.output)


def condition_column(span: Span, text: Text, name: str) -> NamedExpression:
    """A condition as a column of that name."""
    return NamedExpression(Expression(span, text, BOOLEAN, True), (name,))


def reference_column(column: NamedExpression) -> NamedExpression:
    """A column that is there already."""
    (name,) = column.names
    return NamedExpression(replace(column.expression, text=(name,), column=name), ())


def project_columns(step: s.StepBase, columns: tuple[NamedExpression, ...]) -> s.Project:
    """The columns alone, of what flows as `step` does."""
    output_columns = (Column(str(each.names), BOOLEAN, True) for each in columns)
    return s.Project(
        step.span, Relation(tuple(output_columns), streaming=step.output.streaming), columns, False
    )


def pivot_as_groups(part: s.Query, step: s.Pivot) -> tuple[s.Query, s.Aggregate]:
    """The groups that fill the columns of a pivot, each as a row."""
    name = quote_name(step.column)
    value_list = ", ".join(map(_sql_constant, step.values))
    chosen = Expression(step.span, (f"{name} in ({value_list})",), BOOLEAN, True)
    key = NamedExpression(Expression(step.span, (name,), UNKNOWN, True, name))
    rows = append_step(part, s.Filter(step.span, step.output, chosen))
    return rows, s.Aggregate(step.span, step.output, "", (*step.keys, key), step.aggregates)


def _sql_constant(value: str | int | bool) -> str:
    return quote_string(value) if isinstance(value, str) else str(value).lower()


def marking_step(name: str, step: s.StepBase) -> s.WithColumns:
    """A column of that name that is true in each row."""
    return s.WithColumns(step.span, step.output, ((condition_column(step.span, ("true",), name),),))


def marking_query(name: str, step: s.StepBase) -> s.Query:
    """The query of a transform that adds such a column."""
    return s.Query(s.Input("rows"), (marking_step(name, step),), step.output, ("rows",), ())
