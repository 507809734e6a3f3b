"""The fields of a script's `Params`."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    LONG,
    STRING,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    ArrayType,
    DataType,
    DayTimeIntervalType,
    DecimalType,
    FloatType,
    IntegralType,
    MapType,
    YearMonthIntervalType,
)

# The Spark types that the runtime concludes from Python's.
_IMPLIED: dict[DataType, str] = {
    STRING: "str",
    BOOLEAN: "bool",
    LONG: "int",
    DOUBLE: "float",
    DATE: "dt.date",
    TIMESTAMP: "dt.datetime",
    BINARY: "bytes",
    DayTimeIntervalType(): "dt.timedelta",
    YearMonthIntervalType(): "Months",
}


class ParamsField(Struct, frozen=True):
    """A field in code: `type` is Python's, `notes` and `checks` say what it does not.

    `default` is None when a value must be given; one that `is_made_for_each` object is not shared.
    """

    name: str
    type: str
    notes: tuple[str, ...]
    checks: tuple[tuple[object, ...], ...]
    default: str | None
    is_made_for_each: bool


def params_fields(parameters: tuple[Parameter, ...], names: ScriptNames) -> tuple[ParamsField, ...]:
    """The fields, those without default first, as dataclasses want them."""
    ordered = sorted(parameters, key=lambda parameter: not parameter.required)
    return tuple(_build_field(names.params[parameter.name], parameter) for parameter in ordered)


def is_implied(data_type: DataType) -> bool:
    """Whether the Python type alone says which Spark type is meant."""
    match data_type:
        case ArrayType(element):
            return is_implied(element)
        case MapType(key, value):
            return is_implied(key) and is_implied(value)
        case _:
            return data_type in _IMPLIED


def _build_field(name: str, parameter: Parameter) -> ParamsField:
    notes = [] if is_implied(parameter.type) else [parameter.type.sql]
    if parameter.description or parameter.checks:
        notes = [parameter.type.sql, parameter.description]
    checks = tuple(map(_check_arguments, parameter.checks))
    default = None
    if not parameter.required:
        # As the Python type in the annotation has it, or mypy would complain.
        default = python_literal(_convert_default(parameter.default, parameter.type))
    is_made_for_each = isinstance(parameter.type, MapType)
    type_ = _python_type(parameter.type)
    return ParamsField(name, type_, tuple(notes), checks, default, is_made_for_each)


def _check_arguments(condition: Condition) -> tuple[object, ...]:
    """What the runtime demands of values."""
    comparison = " ".join(filter(None, (condition.measure, condition.operator)))
    return (comparison, *condition.operands)


def _python_type(data_type: DataType) -> str:
    match data_type:
        case DecimalType():
            return "Decimal"
        case ArrayType():
            return f"tuple[{_python_type(data_type.element)}, ...]"
        case MapType():
            return f"dict[{_python_type(data_type.key)}, {_python_type(data_type.value)}]"
        case IntegralType():
            return "int"
        case FloatType():
            return "float"
        case DayTimeIntervalType():
            return "dt.timedelta"
        case YearMonthIntervalType():
            return "Months"
        case _:
            pass
    if data_type == TIMESTAMP_NTZ:
        return "dt.datetime"
    return _IMPLIED.get(data_type, "str")


def _convert_default(value: object, data_type: DataType) -> object:
    match data_type, value:
        case ArrayType(element), tuple():
            return tuple(_convert_default(item, element) for item in value)
        case MapType(key, inner), dict():
            return {_convert_default(k, key): _convert_default(v, inner) for k, v in value.items()}
        case FloatType(), int() | Decimal():
            return float(value)
        case DecimalType(), int():
            return Decimal(value)
        case _:
            return value
