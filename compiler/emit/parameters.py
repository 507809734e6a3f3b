"""The fields of a script's `Params`."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

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


class Field(Struct, frozen=True):
    """A field in code: `type` is Python's, `notes` say what it does not.

    `default` is None when a value must be given.
    """

    name: str
    type: str
    notes: tuple[str, ...]
    default: str | None

    @property
    def annotation(self) -> str:
        """The type, with the notes if there are any."""
        return f"Annotated[{self.type}, {', '.join(self.notes)}]" if self.notes else self.type

    @property
    def assignment(self) -> str:
        """What follows the type."""
        return "" if self.default is None else f" = {self.default}"


def params_fields(parameters: tuple[Parameter, ...], names: ScriptNames) -> tuple[Field, ...]:
    """The fields, those without default first, as dataclasses want them."""
    ordered = sorted(parameters, key=lambda parameter: not parameter.required)
    return tuple(_field(names.params[parameter.name], parameter) for parameter in ordered)


def is_implied(data_type: DataType) -> bool:
    """Whether the Python type alone says which Spark type is meant."""
    if isinstance(data_type, ArrayType):
        return is_implied(data_type.element)
    return data_type in _IMPLIED


def _field(name: str, parameter: Parameter) -> Field:
    python = _python_type(parameter.type)
    if not parameter.required and parameter.default is None:
        python = f"{python} | None"
    notes = [] if is_implied(parameter.type) else [parameter.type.sql]
    if parameter.description:
        notes = [parameter.type.sql, parameter.description]
    texts = [python_literal(note) for note in notes]
    checks = _check(parameter)
    if checks:
        texts = [python_literal(parameter.type.sql), python_literal(parameter.description), checks]
    default = None if parameter.required else python_literal(_default(parameter))
    return Field(name, python, tuple(texts), default)


def _check(parameter: Parameter) -> str:
    """What the runtime demands of values, in code; nothing where it demands nothing."""
    parts = [f"like={python_literal(parameter.like)}"] if parameter.like is not None else []
    parts += [f"one_of={python_literal(parameter.one_of)}"] if parameter.one_of else []
    return f"Check({', '.join(parts)})" if parts else ""


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
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        match _python_type(parameter.type):
            case "float":
                return float(value)
            case "Decimal":
                return Decimal(value)
    return value
