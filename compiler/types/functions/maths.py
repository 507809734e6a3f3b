"""Functions of numbers and bits."""

from __future__ import annotations

from decimal import Decimal
import re

from ssbt.compiler.types.coercion import tightest_common_type
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    MAX_DECIMAL_PRECISION,
    UNKNOWN,
    DecimalType,
    NullType,
    UnknownType,
)
from ssbt.compiler.types.expression_types import Result, Typed
from ssbt.compiler.types.functions.model import Call
from ssbt.compiler.types.functions.rules import (
    infer_extreme,
    operator_rule,
    same_as,
)
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.type_sets import DECIMAL, exactly, implicit_cast, one_of

_ANGLE = "expr double"


def _double_row(since: str) -> Row:
    return Row(since, _ANGLE, "double?")


def _infer_ceiling(call: Call) -> Result:
    """`ceil` and `floor`: a decimal keeps its whole digits, anything else becomes bigint."""
    value = call.arguments[0].type
    if isinstance(value, UnknownType):
        return Typed(UNKNOWN)
    if len(call.arguments) == 2:
        target = implicit_cast(value, DECIMAL, call.ansi)
        if isinstance(call.original_arguments[1].type, NullType):
            return call.argument_mismatch(1, "a number of digits")
        if not isinstance(target, DecimalType):
            return call.argument_mismatch(0, "a number")
        return _infer_scaled(target, call.arguments[1])
    if isinstance(value, DecimalType):
        # One digit more where rounding can carry.
        whole = value.precision - value.scale + (1 if value.scale else 0)
        return Typed(DecimalType(min(whole, MAX_DECIMAL_PRECISION), 0))
    if implicit_cast(value, _CEILING_ARGUMENT, call.ansi) is None:
        return call.argument_mismatch(0, "a number")
    return Typed(LONG)


_CEILING_ARGUMENT = one_of(exactly(DOUBLE), DECIMAL, exactly(LONG))


def _infer_round(call: Call) -> Result:
    """`round` and `bround`: a decimal gets the scale, another number keeps its type."""
    value = call.arguments[0].type
    if not isinstance(value, DecimalType):
        return Typed(value)
    if len(call.arguments) == 1 or isinstance(call.original_arguments[1].type, NullType):
        return _infer_scaled(value, _ZERO)
    return _infer_scaled(value, call.arguments[1])


_ZERO = Typed(INT, False, 0)


def _infer_scaled(decimal: DecimalType, scale: Typed) -> Typed:
    if isinstance(scale.constant, str) and re.fullmatch(r"[+-]?\d+", scale.constant.strip()):
        return _round_decimal(decimal, int(scale.constant))
    if isinstance(scale.constant, int | float | Decimal):
        return _round_decimal(decimal, int(scale.constant))
    return Typed(UNKNOWN)


def _round_decimal(decimal: DecimalType, scale: int) -> Typed:
    whole = decimal.precision - decimal.scale + 1
    if scale < 0:
        # At least one digit more than the zeros that rounding leaves.
        return Typed(DecimalType(min(max(whole, -scale + 1), MAX_DECIMAL_PRECISION), 0))
    kept_scale = min(decimal.scale, scale)
    return Typed(DecimalType(min(whole + kept_scale, MAX_DECIMAL_PRECISION), kept_scale))


def _infer_bucket(call: Call) -> Result:
    value, low, high = (type(argument.type) for argument in call.arguments[:3])
    for index, bound_type in enumerate((low, high), start=1):
        if bound_type is not value and UnknownType not in (bound_type, value):
            return call.argument_mismatch(index, call.arguments[0].type.sql)
    return Typed(LONG)


def _infer_uniform(call: Call) -> Result:
    """A random number of the wider of the types of the two ends."""
    low, high = (argument.type for argument in call.arguments[:2])
    for floating in (DOUBLE, FLOAT):
        if floating in (low, high):
            return Typed(floating, False)
    decimals = [each for each in (low, high) if isinstance(each, DecimalType)]
    if len(decimals) == 1:
        return Typed(decimals[0], False)
    common = tightest_common_type(low, high)
    return Typed(common or UNKNOWN, False)


_SHIFT = Row("1.5.0", "base int|bigint, expr int", same_as(0))
_NUMBER_OR_INTERVAL = "expr numeric|dt|ym"
_SIGNED_PARAMETER = "expr numeric|dt|ym|interval"

SCALARS = {
    "abs": Row("1.2.0", _NUMBER_OR_INTERVAL, same_as(0)),
    "acos": _double_row("1.4.0"),
    "acosh": _double_row("3.0.0"),
    "asin": _double_row("1.4.0"),
    "asinh": _double_row("3.0.0"),
    "atan": _double_row("1.4.0"),
    "atan2": Row("1.4.0", "exprY double, exprX double", "double"),
    "atanh": _double_row("3.0.0"),
    "bin": Row("1.5.0", "expr bigint", "string"),
    "bit_count": Row("3.0.0", "= expr integral|boolean", "int"),
    "bit_get": Row("3.2.0", "expr integral, pos int", "tinyint"),
    "bround": Row("2.0.0", "expr numeric, d int?!", _infer_round),
    "cbrt": _double_row("1.4.0"),
    "ceil": Row("3.3.0", "expr any, scale =int?!", _infer_ceiling),
    "ceiling": Row("3.3.0", "expr any, scale =int?!", _infer_ceiling),
    "conv": Row("1.5.0", "num string, from_base int, to_base int", "string?"),
    "cos": _double_row("1.4.0"),
    "cosh": _double_row("1.4.0"),
    "cot": _double_row("2.3.0"),
    "csc": _double_row("3.3.0"),
    "degrees": _double_row("1.4.0"),
    "div": Row("3.0.0", "expr1 any, expr2 any", operator_rule("div")),
    "e": Row("1.5.0", "", "double!"),
    "exp": _double_row("1.4.0"),
    "expm1": _double_row("1.4.0"),
    "factorial": Row("1.5.0", "expr int", "bigint?"),
    "floor": Row("3.3.0", "expr any, scale =int?!", _infer_ceiling),
    "getbit": Row("3.2.0", "expr integral, pos int", "tinyint"),
    "greatest": Row("1.5.0", "expr1 any, expr2 any, more any*", infer_extreme),
    "hex": Row("1.5.0", "expr bigint|binary|string", "string"),
    "hypot": Row("1.4.0", "expr1 double, expr2 double", "double"),
    "least": Row("1.5.0", "expr1 any, expr2 any, more any*", infer_extreme),
    "ln": _double_row("1.4.0"),
    "log": Row("1.5.0", "base double, expr double?", "double?"),
    "log10": _double_row("1.4.0"),
    "log1p": _double_row("1.4.0"),
    "log2": _double_row("1.4.0"),
    "mod": Row("2.3.0", "expr1 any, expr2 any", operator_rule("%")),
    "negative": Row("1.0.0", _SIGNED_PARAMETER, same_as(0)),
    "pi": Row("1.5.0", "", "double!"),
    "pmod": Row("1.5.0", "expr1 any, expr2 any", operator_rule("%")),
    "positive": Row("1.5.0", _SIGNED_PARAMETER, same_as(0)),
    "pow": Row("1.4.0", "expr1 double, expr2 double", "double"),
    "power": Row("1.4.0", "expr1 double, expr2 double", "double"),
    "radians": _double_row("1.4.0"),
    "rand": Row("1.5.0", "= seed int|bigint?!", "double!", "random"),
    "randn": Row("1.5.0", "= seed int|bigint?!", "double!", "random"),
    "random": Row("3.0.0", "= seed int|bigint?!", "double!", "random"),
    "rint": _double_row("1.4.0"),
    "round": Row("1.5.0", "expr numeric, d int?!", _infer_round),
    "sec": _double_row("3.3.0"),
    "shiftleft": _SHIFT,
    "shiftright": _SHIFT,
    "shiftrightunsigned": _SHIFT,
    "sign": Row("1.4.0", "expr double|ym|dt", "double?"),
    "signum": Row("1.4.0", "expr double|ym|dt", "double?"),
    "sin": _double_row("1.4.0"),
    "sinh": _double_row("1.4.0"),
    "sqrt": _double_row("1.1.1"),
    "tan": _double_row("1.4.0"),
    "tanh": _double_row("1.4.0"),
    "try_add": Row("3.2.0", "expr1 any, expr2 any", operator_rule("+", nullable=True)),
    "try_divide": Row("3.2.0", "dividend any, divisor any", operator_rule("/", nullable=True)),
    "try_mod": Row("4.0.0", "dividend any, divisor any", operator_rule("%", nullable=True)),
    "try_multiply": Row("3.3.0", "expr1 any, expr2 any", operator_rule("*", nullable=True)),
    "try_subtract": Row("3.3.0", "expr1 any, expr2 any", operator_rule("-", nullable=True)),
    "uniform": Row(
        "4.0.0", "= min numeric!, max numeric!, seed int|bigint?!", _infer_uniform, "random"
    ),
    "width_bucket": Row(
        "3.1.0",
        "value double|ym|dt, min_value double|ym|dt, max_value double|ym|dt, num_bucket bigint",
        _infer_bucket,
    ),
}
