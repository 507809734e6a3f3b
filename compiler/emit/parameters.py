"""The fields of a script's `Params`."""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.naming import ScriptNames
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
    DecimalType,
    FloatType,
    IntegralType,
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
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field in code; `default` is None when a value must be given."""

    name: str
    annotation: str
    default: str | None


def params_fields(parameters: tuple[Parameter, ...], names: ScriptNames) -> tuple[Field, ...]:
    """The fields, those without default first, as dataclasses want them."""
    ordered = sorted(parameters, key=lambda parameter: not parameter.required)
    return tuple(
        Field(
            names.params[parameter.name],
            _annotation(parameter),
            None if parameter.required else python_literal(_default(parameter)),
        )
        for parameter in ordered
    )


def is_implied(data_type: DataType) -> bool:
    """Whether the Python type alone says which Spark type is meant."""
    if isinstance(data_type, ArrayType):
        return is_implied(data_type.element)
    return data_type in _IMPLIED


def _annotation(parameter: Parameter) -> str:
    python = _python_type(parameter.type)
    if not parameter.required and parameter.default is None:
        python = f"{python} | None"
    notes = [parameter.type.sql] if not is_implied(parameter.type) else []
    if parameter.description:
        notes = [parameter.type.sql, parameter.description]
    if not notes:
        return python
    return f"Annotated[{python}, {', '.join(map(python_literal, notes))}]"


def _python_type(data_type: DataType) -> str:
    match data_type:
        case DecimalType():
            return "Decimal"
        case ArrayType():
            return f"tuple[{_python_type(data_type.element)}, ...]"
        case IntegralType():
            return "int"
        case FloatType():
            return "float"
    if data_type == TIMESTAMP_NTZ:
        return "dt.datetime"
    return _IMPLIED.get(data_type, "str")


def _default(parameter: Parameter) -> object:
    """The default as the Python type in the annotation has it, or mypy would complain."""
    value = parameter.default
    if _python_type(parameter.type) == "float" and isinstance(value, int):
        return float(value)
    return value
