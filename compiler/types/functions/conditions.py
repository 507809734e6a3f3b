"""Functions that test, choose and convert."""

from __future__ import annotations

from ssbt.compiler.types import operators
from ssbt.compiler.types.cast_results import infer_cast
from ssbt.compiler.types.collation_strength import weaken_collation
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    FLOAT,
    INT,
    BooleanType,
    DataType,
    FloatType,
    NullType,
    find_type,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions import rules
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.signature import Row


def _cast_row(name: str) -> Row:
    target = find_type(name)
    assert target is not None

    def rule(call: Call, target: DataType = target) -> Result:
        result = infer_cast(call.arguments[0], target, call.ansi)
        return call.argument_mismatch(0) if isinstance(result, Mismatch) else result

    return Row("2.0.1", "expr any", rule)


def _infer_if(call: Call) -> Result:
    condition = call.arguments[0]
    if not isinstance(condition.type, BooleanType | NullType) and not condition.is_unknown:
        return call.argument_mismatch(0, "a BOOLEAN")
    return rules.conditional_rule(1)(call)


def _infer_nullif(call: Call) -> Result:
    left, right = call.arguments
    comparison = operators.infer_comparison("=", weaken_collation(left), right, call.ansi)
    if isinstance(comparison, Mismatch):
        return Mismatch(f"`{call.name}` cannot compare {left.type} with {right.type}", 1)
    return Typed(left.type)


def _zero_rule(null: bool) -> Rule:
    def rule(call: Call) -> Result:
        value = call.arguments[0]
        zero = Typed(INT, False, 0)
        if null:
            comparison = operators.infer_comparison("=", value, zero, call.ansi)
            return (
                call.argument_mismatch(0) if isinstance(comparison, Mismatch) else Typed(value.type)
            )
        result = operators.infer_coalesce([value, zero], call.ansi)
        return call.argument_mismatch(0, "a number") if isinstance(result, Mismatch) else result

    return rule


def _infer_nanvl(call: Call) -> Result:
    left, right = call.arguments
    both_float = isinstance(left.type, FloatType) and isinstance(right.type, FloatType | NullType)
    return Typed(FLOAT if both_float else DOUBLE, left.nullable or right.nullable)


def _infer_when(call: Call) -> Result:
    """`when(condition, result, …)`, the function after `case when`; one argument is its `else`."""
    results = [*call.arguments[1::2]]
    otherwise = call.arguments[-1] if len(call.arguments) % 2 else None
    return operators.infer_case(call.arguments[:-1:2], results, otherwise, call.ansi)


def _infer_between(call: Call) -> Result:
    value, low, high = call.arguments
    return operators.infer_between(value, low, high, call.ansi)


def _infer_in(call: Call) -> Result:
    return operators.infer_in(call.arguments[0], call.arguments[1:], call.ansi)


def _infer_like(call: Call) -> Result:
    escape = call.arguments[2].constant if len(call.arguments) == 3 else None
    if isinstance(escape, str) and len(escape) != 1:
        return Mismatch(f"`escape` takes one character, not {len(escape)}", 2, "one character")
    return operators.infer_like(call.arguments[0], call.arguments[1], call.ansi, call.name)


SCALARS = {
    "and": Row("1.0.0", "left any, right any", rules.operator_rule("and")),
    "between": Row("1.0.0", "input any, lower any, upper any", _infer_between),
    "bigint": _cast_row("bigint"),
    "binary": _cast_row("binary"),
    "boolean": _cast_row("boolean"),
    "coalesce": Row("1.0.0", "expr any, more any*", rules.infer_coalesce),
    "date": _cast_row("date"),
    "decimal": _cast_row("decimal"),
    "double": _cast_row("double"),
    "equal_null": Row("3.4.0", "expr1 any, expr2 any", rules.comparison_rule("<=>")),
    "float": _cast_row("float"),
    "if": Row("1.0.0", "expr1 any, expr2 any, expr3 any", _infer_if),
    "ifnull": Row("2.0.0", "expr1 any, expr2 any", rules.infer_coalesce),
    "ilike": Row("3.3.0", "str string, pattern string, escape =string?!", _infer_like),
    "in": Row("1.0.0", "expr any, choice any*", _infer_in),
    "int": _cast_row("int"),
    "isnan": Row("1.5.0", "expr double|float", "boolean!"),
    "isnotnull": Row("1.0.0", "expr any", "boolean!"),
    "isnull": Row("1.0.0", "expr any", "boolean!"),
    "like": Row("1.0.0", "str string, pattern string, escape =string?!", _infer_like),
    "nanvl": Row("1.5.0", "expr1 double|float, expr2 double|float", _infer_nanvl),
    "not": Row("1.0.0", "expr any", rules.operator_rule("not")),
    "nullif": Row("2.0.0", "expr1 any, expr2 any", _infer_nullif),
    "nullifzero": Row("4.0.0", "expr any", _zero_rule(null=True)),
    "nvl": Row("2.0.0", "expr1 any, expr2 any", rules.infer_coalesce),
    "nvl2": Row("2.0.0", "expr1 any, expr2 any, expr3 any", rules.conditional_rule(1)),
    "or": Row("1.0.0", "left any, right any", rules.operator_rule("or")),
    "smallint": _cast_row("smallint"),
    "string": _cast_row("string"),
    "time": _cast_row("time"),
    "timestamp": _cast_row("timestamp"),
    "tinyint": _cast_row("tinyint"),
    "when": Row("1.0.1", "condition any, result any?, more any*", _infer_when),
    "zeroifnull": Row("4.0.0", "expr any", _zero_rule(null=False)),
}
