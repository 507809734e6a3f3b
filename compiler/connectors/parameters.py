"""A parameter as the value of an option: its type must fit, its value is for the run to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors.specification import Option, ValueKind
from ssbt.compiler.connectors.wording import describe_expectation
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_PARAM
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TypeAlias

    from ssbt.compiler.connectors.settings import Scalar
    from ssbt.compiler.connectors.values import ParamUse, Text

    ConvertedScalar: TypeAlias = Generator[Diagnostic, None, Scalar | None]
    ParamType: TypeAlias = Callable[[str], str | None]

_INTEGERS = frozenset({"tinyint", "byte", "smallint", "short", "int", "integer", "bigint", "long"})
_NUMBERS = _INTEGERS | {"float", "real", "double", "decimal", "dec", "numeric"}
_PARAM_TYPES = {
    ValueKind.CHAR: frozenset({"string"}),
    ValueKind.WORD: frozenset({"string"}),
    ValueKind.DURATION: frozenset({"string"}),
    ValueKind.BOOLEAN: frozenset({"boolean"}),
    ValueKind.INTEGER: _INTEGERS,
    ValueKind.SIZE: _INTEGERS,
    ValueKind.MILLISECONDS: _INTEGERS,
    ValueKind.INSTANT: _INTEGERS | {"timestamp"},
    ValueKind.OFFSETS: frozenset({"string"}),
    ValueKind.NUMBER: _NUMBERS,
}
_SUGGESTED_TYPES = {
    ValueKind.CHAR: "string",
    ValueKind.WORD: "string",
    ValueKind.DURATION: "string",
    ValueKind.BOOLEAN: "boolean",
    ValueKind.INTEGER: "int",
    ValueKind.SIZE: "bigint",
    ValueKind.MILLISECONDS: "bigint",
    ValueKind.INSTANT: "timestamp",
    ValueKind.OFFSETS: "string",
    ValueKind.NUMBER: "double",
}


class ConversionTarget(Struct, frozen=True):
    """What values are checked against besides their option.

    `param_type` gives the Spark type of a parameter, or nothing if there is no such parameter,
    which is for others to report. `secrets` are the declared ones.
    """

    spark: str
    param_type: ParamType
    secrets: tuple[str, ...] = ()

    def find_secret(self, name: str) -> str | None:
        """A declared secret in its own spelling; case does not matter."""
        return next((each for each in self.secrets if each.casefold() == name.casefold()), None)


def takes_param(kind: ValueKind) -> bool:
    """Whether a value of this kind, other than a string, may be one parameter and nothing else."""
    return kind in _PARAM_TYPES


def check_param(
    option: Option, param: ParamUse, value: Text, target: ConversionTarget
) -> Generator[Diagnostic, None, ParamUse | None]:
    """The parameter itself, if its type fits the option."""
    base = base_type(target, param)
    if base is None or base in _PARAM_TYPES[option.type.kind]:
        return param
    yield Diagnostic(
        UNFIT_PARAM,
        f"`{option.name}` takes {describe_expectation(option)}, but the parameter `{param.name}` is"
        f" {target.param_type(param.name)}",
        Label(value.span),
        help=(f"declare `param {param.name}: {_SUGGESTED_TYPES[option.type.kind]}`",),
    )
    return None


def base_type(target: ConversionTarget, param: ParamUse) -> str | None:
    """`decimal` of `DECIMAL(12,2)`; nothing if there is no such parameter."""
    full = target.param_type(param.name)
    return full.partition("(")[0].strip().casefold() if full else None
