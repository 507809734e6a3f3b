"""Functions that test, choose and convert."""

from __future__ import annotations

from ssbt.compiler.types import casts, operators
from ssbt.compiler.types.collation_strength import evaluated_once
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    FLOAT,
    INT,
    BooleanType,
    DataType,
    FloatType,
    NullType,
    named_type,
)
from ssbt.compiler.types.functions import rules
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.typed import Mismatch, Result, Typed


def _cast_to(name: str) -> Row:
    target = named_type(name)
    assert target is not None

    def rule(call: Call, target: DataType = target) -> Result:
        result = casts.cast(call.arguments[0], target, call.ansi)
        return call.refused(0) if isinstance(result, Mismatch) else result

    return Row("2.0.1", "expr any", rule)


def _if(call: Call) -> Result:
    condition = call.arguments[0]
    if not isinstance(condition.type, BooleanType | NullType) and not condition.unknown:
        return call.refused(0, "a BOOLEAN")
    return rules.conditional(1)(call)


def _nullif(call: Call) -> Result:
    left, right = call.arguments
    compared = operators.comparison("=", evaluated_once(left), right, call.ansi)
    if isinstance(compared, Mismatch):
        return Mismatch(f"`{call.name}` cannot compare {left.type} with {right.type}", 1)
    return Typed(left.type)


def _zero(null: bool) -> Rule:
    def rule(call: Call) -> Result:
        value = call.arguments[0]
        zero = Typed(INT, False, 0)
        if null:
            compared = operators.comparison("=", value, zero, call.ansi)
            return call.refused(0) if isinstance(compared, Mismatch) else Typed(value.type)
        result = operators.coalesce([value, zero], call.ansi)
        return call.refused(0, "a number") if isinstance(result, Mismatch) else result

    return rule


def _nanvl(call: Call) -> Result:
    left, right = call.arguments
    both_float = isinstance(left.type, FloatType) and isinstance(right.type, FloatType | NullType)
    return Typed(FLOAT if both_float else DOUBLE, left.nullable or right.nullable)


def _case(call: Call) -> Result:
    """`when(condition, result, …)`, the function behind `case when`; one argument is its `else`."""
    results = [*call.arguments[1::2]]
    otherwise = call.arguments[-1] if len(call.arguments) % 2 else None
    return operators.case(call.arguments[:-1:2], results, otherwise, call.ansi)


def _between(call: Call) -> Result:
    value, low, high = call.arguments
    return operators.between(value, low, high, call.ansi)


def _in(call: Call) -> Result:
    return operators.is_in(call.arguments[0], call.arguments[1:], call.ansi)


def _like(call: Call) -> Result:
    escape = call.arguments[2].constant if len(call.arguments) == 3 else None
    if isinstance(escape, str) and len(escape) != 1:
        return Mismatch(f"`escape` takes one character, not {len(escape)}", 2, "one character")
    return operators.like(call.arguments[0], call.arguments[1], call.ansi, call.name)


SCALARS = {
    "and": Row("1.0.0", "left any, right any", rules.operator("and")),
    "between": Row("1.0.0", "input any, lower any, upper any", _between),
    "bigint": _cast_to("bigint"),
    "binary": _cast_to("binary"),
    "boolean": _cast_to("boolean"),
    "coalesce": Row("1.0.0", "expr any, more any*", rules.coalesce),
    "date": _cast_to("date"),
    "decimal": _cast_to("decimal"),
    "double": _cast_to("double"),
    "equal_null": Row("3.4.0", "expr1 any, expr2 any", rules.compared("<=>")),
    "float": _cast_to("float"),
    "if": Row("1.0.0", "expr1 any, expr2 any, expr3 any", _if),
    "ifnull": Row("2.0.0", "expr1 any, expr2 any", rules.coalesce),
    "ilike": Row("3.3.0", "str string, pattern string, escape =string?!", _like),
    "in": Row("1.0.0", "expr any, choice any*", _in),
    "int": _cast_to("int"),
    "isnan": Row("1.5.0", "expr double|float", "boolean!"),
    "isnotnull": Row("1.0.0", "expr any", "boolean!"),
    "isnull": Row("1.0.0", "expr any", "boolean!"),
    "like": Row("1.0.0", "str string, pattern string, escape =string?!", _like),
    "nanvl": Row("1.5.0", "expr1 double|float, expr2 double|float", _nanvl),
    "not": Row("1.0.0", "expr any", rules.operator("not")),
    "nullif": Row("2.0.0", "expr1 any, expr2 any", _nullif),
    "nullifzero": Row("4.0.0", "expr any", _zero(null=True)),
    "nvl": Row("2.0.0", "expr1 any, expr2 any", rules.coalesce),
    "nvl2": Row("2.0.0", "expr1 any, expr2 any, expr3 any", rules.conditional(1)),
    "or": Row("1.0.0", "left any, right any", rules.operator("or")),
    "smallint": _cast_to("smallint"),
    "string": _cast_to("string"),
    "time": _cast_to("time"),
    "timestamp": _cast_to("timestamp"),
    "tinyint": _cast_to("tinyint"),
    "when": Row("1.0.1", "condition any, result any?, more any*", _case),
    "zeroifnull": Row("4.0.0", "expr any", _zero(null=False)),
}
