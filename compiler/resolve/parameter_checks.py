"""The `check` of a parameter: comparisons with constants, joined by `and`."""

from __future__ import annotations

import re

from ssbt.compiler.diagnostics.codes.declarations import BAD_CHECK
from ssbt.compiler.ir.checks import COMPARISONS, Condition
from ssbt.compiler.resolve.expressions.constants import NotConstantError, evaluate_constant
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.types.datatypes import (
    INT,
    ArrayType,
    BinaryType,
    DataType,
    MapType,
    StringType,
    UnknownType,
)

_MEASURED = {"size": (ArrayType, MapType), "length": (StringType, BinaryType)}


def resolve_conditions(node: d.Param, type_: DataType, report: Report) -> tuple[Condition, ...]:
    """What the check demands; a finding for each part that demands nothing that is known."""
    if node.check is None or isinstance(type_, UnknownType):
        return ()
    conditions = []
    for part in _split_conjunction(node.check):
        try:
            conditions.append(_resolve_condition(part, node.name.text, type_))
        except NotConstantError as error:
            report.add(BAD_CHECK, part.span, str(error))
    return tuple(conditions)


def _split_conjunction(node: e.Expression) -> tuple[e.Expression, ...]:
    while isinstance(node, e.Parenthesised):
        node = node.operand
    if isinstance(node, e.Binary) and node.operator == "and":
        return (*_split_conjunction(node.left), *_split_conjunction(node.right))
    return (node,)


def _resolve_condition(node: e.Expression, name: str, type_: DataType) -> Condition:
    """One comparison; raises NoConstantError with what is wrong with it."""
    match node:
        case e.Binary(_, operator, operand, right) if operator in COMPARISONS:
            operands: tuple[e.Expression, ...] = (right,)
        case e.Between(_, operand, low, high, negated):
            operator, operands = _negate_operator("between", negated), (low, high)
        case e.InList(_, operand, operands, negated):
            operator = _negate_operator("in", negated)
        case e.Like(_, operand, ("like" | "rlike") as keyword, None, operands, None, negated):
            operator = _negate_operator(keyword, negated)
        case _:
            raise NotConstantError(
                f"a check compares `{name}` with constants: `=`, `<`, `between`, `in` or `one of`,"
                " `like`, `rlike`, joined by `and`"
            )
    measure, compared_type = _resolve_operand(operand, name, type_)
    if isinstance(compared_type, ArrayType | MapType):
        raise NotConstantError(f"of {type_.sql} a check looks at `size({name})`")
    values = tuple(evaluate_constant(each, compared_type) for each in operands)
    if operator.endswith("like"):
        _check_pattern(operator, values[0])
    return Condition(operator, values, measure)


def _negate_operator(operator: str, negated: bool) -> str:
    return f"not {operator}" if negated else operator


def _resolve_operand(node: e.Expression, name: str, type_: DataType) -> tuple[str, DataType]:
    """The measure that is compared, if any, and its type."""
    match node:
        case e.ColumnName(_, (column_name,)) if column_name.text.casefold() == name.casefold():
            return "", type_
        case e.Call(_, Name(_, function), (e.Argument(_, argument),)):
            measure = function.casefold()
            if isinstance(type_, _MEASURED.get(measure, ())):
                _resolve_operand(argument, name, type_)
                return measure, INT
        case _:
            pass
    raise NotConstantError(
        f"a check looks at `{name}`, at `length({name})` of a string, at `size({name})` of an array"
        " or map"
    )


def _check_pattern(operator: str, pattern: object) -> None:
    if not isinstance(pattern, str):
        raise NotConstantError(f"`{operator}` is for strings")
    if operator.endswith("rlike"):
        try:
            re.compile(pattern, re.ASCII)
        except re.error as error:
            raise NotConstantError(f"the runtime cannot read this pattern: {error}") from None
    elif re.search(r"(?<!\\)(\\\\)*\\([^\\%_]|\Z)", pattern):
        raise NotConstantError("in a pattern of `like`, `\\` stands before `%`, `_` or `\\`")
