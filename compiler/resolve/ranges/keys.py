"""Constants as keys of the order in which Spark compares them with values of a type."""

from __future__ import annotations

from decimal import Decimal
import math

from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.folding import texts
from ssbt.compiler.types.folding.casts import as_floating
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.spans import Key

_EXACT_IN_DOUBLE = 2**53
_DAY = 86_400_000_000


def key_of_constant(node: e.Expression, type_: DataType, view: ExpressionView) -> Key | None:
    """The key of a constant that a value of `type_` is compared with.

    None for null, for what is no constant or is not known, and where Spark compares in a type in
    which two values of `type_` may be equal.
    """
    if isinstance(type_, TimestampType | TimestampNTZType):
        return _clock_key(without_parentheses(node), type_)
    outcome = view.outcome(node)
    if not isinstance(outcome, Value) or outcome.is_null or outcome.is_opaque:
        return None
    return key_of_value(outcome, type_, view.ansi)


def key_of_value(constant: Value, type_: DataType, ansi: bool) -> Key | None:
    """The key of a value, as `key_of_constant` says."""
    content = constant.value
    match type_:
        case BooleanType():
            return int(content) if isinstance(content, bool) else None
        case StringType():
            is_plain = constant.type == StringType() and type_ == StringType()
            return content if isinstance(content, str) and is_plain else None
        case DateType():
            if isinstance(content, str):
                return None if texts.is_special(content) else texts.parse_date(content)
            is_date = isinstance(constant.type, DateType)
            return content if is_date and isinstance(content, int) else None
        case IntegralType() | DecimalType():
            return _exact_key(constant, type_, ansi)
        case FloatType() | DoubleType():
            return _floating_key(constant, type_, ansi)
        case _:
            return None


def _exact_key(constant: Value, type_: DataType, ansi: bool) -> Key | None:
    content, constant_type = constant.value, constant.type
    if isinstance(content, str):
        # In ANSI mode a text beside a whole number is read as a BIGINT, beside a decimal as DOUBLE.
        if not ansi or not isinstance(type_, IntegralType):
            return None
        number = texts.parse_integer(content, True)
        return number if number is not None and abs(number) < 2**63 else None
    if isinstance(constant_type, IntegralType | DecimalType) and isinstance(content, int | Decimal):
        wide = isinstance(type_, DecimalType) or isinstance(constant_type, DecimalType)
        # Beyond 38 digits Spark cuts the fraction of both off.
        return content if not wide or fits_together(type_, content) else None
    if isinstance(constant_type, DoubleType) and isinstance(content, float):
        is_exact = math.isfinite(content) and abs(content) < _EXACT_IN_DOUBLE
        return Decimal(content) if is_exact and isinstance(type_, IntegralType) else None
    return None


def fits_together(type_: DataType, number: int | Decimal) -> bool:
    """Whether both together need no more than 38 digits: else Spark compares fewer of them."""
    exact = Decimal(number)
    exponent = exact.as_tuple().exponent
    scale = max(0, -exponent) if isinstance(exponent, int) else 0
    whole = max(exact.adjusted() + 1, 1)
    if isinstance(type_, DecimalType):
        return max(type_.scale, scale) + max(type_.precision - type_.scale, whole) <= 38
    return scale + max(20, whole) <= 38


def _floating_key(constant: Value, type_: DataType, ansi: bool) -> Key | None:
    content = constant.value
    if isinstance(content, bool) or not isinstance(content, int | float | Decimal):
        return None
    if isinstance(type_, FloatType) and not ansi and not isinstance(constant.type, DoubleType):
        return None
    number = as_floating(float(content), constant.type)
    return None if math.isnan(number) else number


def _clock_key(node: e.Expression, type_: DataType) -> Key | None:
    """The microseconds since 1970 on the clock of a day or of a time without a zone."""
    kinds = ("date", "timestamp_ntz") if isinstance(type_, TimestampNTZType) else ("date",)
    kinds = kinds if isinstance(type_, TimestampNTZType) else (*kinds, "timestamp", "timestamp_ltz")
    match node:
        case e.StringLiteral(value=text):
            pass
        case e.TypedLiteral(kind=kind, value=text) if kind in kinds:
            if kind == "date":
                days = texts.parse_date(text)
                return None if days is None else days * _DAY
        case _:
            return None
    if texts.is_special(text):
        return None
    try:
        parsed = texts.parse_timestamp(text)
    except texts.UnknownOutcomeError:
        return None
    return None if parsed is None or parsed[1] else parsed[0]
