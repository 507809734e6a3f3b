"""The expression that makes a column, however many steps before."""

from __future__ import annotations

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source


def find_expression(operator: Operator, name: str) -> Expression | None:
    """What a column, named in lower case, is computed by; None where that is not to be seen."""
    while True:
        step, inputs = operator.step, operator.inputs
        items: tuple[NamedExpression, ...] = ()
        match step:
            case s.Project(columns=items):
                pass
            case s.WithColumns(groups=groups):
                items = tuple(each for group in groups for each in group)
            case s.Aggregate():
                items = (*step.keys, *step.aggregates)
            case s.RenameColumns(pairs=pairs):
                name = {new.casefold(): old.casefold() for old, new in pairs}.get(name, name)
            case s.Join():
                inputs = tuple(each for each in inputs if each.output.find_columns(name))
            case s.Filter() | s.DropColumns() | s.Alias() | s.Distinct() | s.Deduplicate():
                pass
            case s.Watermark() | s.Sort() | s.Limit() | s.Offset() | s.Sample():
                pass
            case Source() | DatasetInput() | s.UseTransform() | s.ApplyFunction() | s.SqlQuery():
                return None
            case s.SetOperation() | s.Pivot() | s.Unpivot() | s.Explode() | s.Stateful():
                return None
        for each in reversed(items):
            if [every.casefold() for every in each.names] == [name]:
                if each.expression.column is None:
                    return each.expression
                name = each.expression.column.rpartition(".")[2].strip("`").casefold()
                break
        if not inputs:
            return None
        operator = inputs[0]
