"""Functions of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
import math

from ssbt.compiler.types.datatypes import DataType, DecimalType, IntegralType
from ssbt.compiler.types.folding.arithmetic import compute_unary
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.casts import EXACT, as_floating, fit_decimal, is_in_integral_range
from ssbt.compiler.types.folding.model import Failure, Outcome, Value

_MAXIMUM_FACTORIAL = 20


def _abs(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    content = arguments[0].value
    if isinstance(content, Decimal):
        return Value(result, content.copy_abs())
    if isinstance(content, float):
        return Value(result, abs(content))
    if isinstance(content, int) and content < 0:
        return compute_unary("-", arguments[0], result, ansi)
    return arguments[0] if isinstance(content, int) else None


def _sign(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    content = arguments[0].value
    if not isinstance(content, float) or math.isnan(content):
        return None
    return Value(result, float((content > 0) - (content < 0)) if content else content)


def _ceil_or_floor_function(is_ceil: bool) -> Evaluate:
    """`ceil` and `floor` with one argument."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        if len(arguments) != 1:
            return None
        content = arguments[0].value
        if isinstance(content, float) and not math.isfinite(content):
            return None
        if not isinstance(content, int | float | Decimal):
            return None
        whole = math.ceil(content) if is_ceil else math.floor(content)
        if isinstance(result, DecimalType):
            return fit_decimal(Decimal(whole), result, ansi)
        return Value(result, whole) if is_in_integral_range(whole, result) else None

    return evaluate


def _rounding_function(mode: str) -> Evaluate:
    """`round` and `bround`."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        content, places = arguments[0].value, 0
        if len(arguments) == 2:
            scale = arguments[1].value
            if not isinstance(scale, int):
                return None
            places = scale
        if abs(places) > 40:
            return None
        step = Decimal(1).scaleb(-places)
        if isinstance(content, Decimal) and isinstance(result, DecimalType):
            if places < 0:
                return None
            return fit_decimal(content.quantize(step, mode, EXACT), result, ansi)
        if isinstance(content, int) and isinstance(result, IntegralType):
            if places >= 0:
                return arguments[0]
            whole = int(Decimal(content).quantize(step, mode, EXACT))
            if is_in_integral_range(whole, result):
                return Value(result, whole)
            return Failure(f"{content} rounds to more than {result.sql} holds") if ansi else None
        if isinstance(content, float) and abs(content) < 1e15 and 0 <= places < 15:
            rounded = float(Decimal(repr(content)).quantize(step, mode, EXACT))
            return Value(result, as_floating(rounded, result))
        return None

    return evaluate


def _pmod(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    a, b = (argument.value for argument in arguments)
    if not isinstance(a, int) or not isinstance(b, int):
        return None
    if b == 0:
        return Failure("a division by zero") if ansi else Value(result, None)
    if b < 0 or max(abs(a), b) >= 1 << 50:
        # Java's numbers may overflow here.
        return None
    remainder = int(math.fmod(a, b))
    return Value(result, int(math.fmod(remainder + b, b)) if remainder < 0 else remainder)


def _factorial(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    content = arguments[0].value
    assert isinstance(content, int)
    return Value(result, math.factorial(content) if 0 <= content <= _MAXIMUM_FACTORIAL else None)


def _sqrt(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    content = arguments[0].value
    assert isinstance(content, float)
    return Value(result, math.sqrt(content)) if content >= 0 else None


def _bin(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    content = arguments[0].value
    assert isinstance(content, int)
    return Value(result, f"{content % (1 << 64):b}")


def _negative(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    return compute_unary("-", arguments[0], result, ansi)


def _positive(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    return compute_unary("+", arguments[0], result, ansi)


FUNCTIONS: Mapping[str, Evaluate] = {
    "abs": _abs,
    "bin": _bin,
    "bround": _rounding_function(ROUND_HALF_EVEN),
    "ceil": _ceil_or_floor_function(is_ceil=True),
    "ceiling": _ceil_or_floor_function(is_ceil=True),
    "factorial": _factorial,
    "floor": _ceil_or_floor_function(is_ceil=False),
    "negative": _negative,
    "pmod": _pmod,
    "positive": _positive,
    "round": _rounding_function(ROUND_HALF_UP),
    "sign": _sign,
    "signum": _sign,
    "sqrt": _sqrt,
}
