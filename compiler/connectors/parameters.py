"""A parameter as the value of an option: its type must fit, its value is for the run to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.connectors.specification import Kind, Option
from ssbt.compiler.connectors.wording import expected
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_PARAM
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TypeAlias

    from ssbt.compiler.connectors.values import ParamUse, Text

    ParamType: TypeAlias = Callable[[str], str | None]

_INTEGERS = frozenset({"tinyint", "byte", "smallint", "short", "int", "integer", "bigint", "long"})
_NUMBERS = _INTEGERS | {"float", "real", "double", "decimal", "dec", "numeric"}
_FITTING = {
    Kind.CHAR: frozenset({"string"}),
    Kind.WORD: frozenset({"string"}),
    Kind.DURATION: frozenset({"string"}),
    Kind.BOOLEAN: frozenset({"boolean"}),
    Kind.INTEGER: _INTEGERS,
    Kind.SIZE: _INTEGERS,
    Kind.MILLISECONDS: _INTEGERS,
    Kind.INSTANT: _INTEGERS | {"timestamp"},
    Kind.OFFSETS: frozenset({"string"}),
    Kind.NUMBER: _NUMBERS,
}
_LIKELY = {
    Kind.CHAR: "string",
    Kind.WORD: "string",
    Kind.DURATION: "string",
    Kind.BOOLEAN: "boolean",
    Kind.INTEGER: "int",
    Kind.SIZE: "bigint",
    Kind.MILLISECONDS: "bigint",
    Kind.INSTANT: "timestamp",
    Kind.OFFSETS: "string",
    Kind.NUMBER: "double",
}


class Target(Struct, frozen=True):
    """What values are checked against besides their option.

    `param_type` gives the Spark type of a parameter, or nothing if there is no such parameter,
    which is for others to report. `secrets` are the declared ones.
    """

    spark: str
    param_type: ParamType
    secrets: tuple[str, ...] = ()

    def secret(self, name: str) -> str | None:
        """A declared secret in its own spelling; case does not matter."""
        return next((each for each in self.secrets if each.casefold() == name.casefold()), None)


def takes_param(kind: Kind) -> bool:
    """Whether a value of this kind, other than a string, may be one parameter and nothing else."""
    return kind in _FITTING


def param_value(
    option: Option, param: ParamUse, value: Text, target: Target
) -> Generator[Diagnostic, None, ParamUse | None]:
    """The parameter itself, if its type fits the option."""
    base = base_type(target, param)
    if base is None or base in _FITTING[option.type.kind]:
        return param
    yield Diagnostic(
        UNFIT_PARAM,
        f"`{option.name}` takes {expected(option)}, but the parameter `{param.name}` is"
        f" {target.param_type(param.name)}",
        Label(value.span),
        help=(f"declare `param {param.name}: {_LIKELY[option.type.kind]}`",),
    )
    return None


def base_type(target: Target, param: ParamUse) -> str | None:
    """`decimal` of `DECIMAL(12,2)`; nothing if there is no such parameter."""
    full = target.param_type(param.name)
    return full.partition("(")[0].strip().casefold() if full else None
