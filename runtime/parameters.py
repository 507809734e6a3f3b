"""The parameters that a script declares as a dataclass, and their values from all sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from ssbt.runtime.values import SparkType, from_json, parsed_type

_SPARK_NAMES: dict[object, str] = {
    str: "STRING",
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    bytes: "BINARY",
    date: "DATE",
    datetime: "TIMESTAMP",
    Decimal: "DECIMAL(38,18)",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of the script's `Params`."""

    name: str
    spark_type: SparkType
    nullable: bool
    default: object
    description: str

    @property
    def required(self) -> bool:
        return self.default is MISSING


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says about parameters and Spark settings."""

    source: str
    params: Mapping[str, object] = field(default_factory=dict)
    spark: Mapping[str, str] = field(default_factory=dict)


def declared_parameters(params: type[Any] | None) -> dict[str, Parameter]:
    """The fields of the dataclass `params` by name, in their order."""
    if params is None:
        return {}
    if not is_dataclass(params):
        raise TypeError(f"{params.__name__} is not a dataclass")
    hints = get_type_hints(params, include_extras=True)
    return {
        item.name: _parameter(item.name, hints[item.name], item.default) for item in fields(params)
    }


def _parameter(name: str, hint: object, default: object) -> Parameter:
    notes: tuple[str, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        notes = tuple(rest)
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    plain = next(option for option in options if option is not type(None))
    spark_type = parsed_type(notes[0] if notes else _spark_name(plain))
    return Parameter(name, spark_type, len(options) > 1, default, "".join(notes[1:2]))


def _spark_name(hint: object) -> str:
    if get_origin(hint) is tuple:
        return f"ARRAY<{_spark_name(get_args(hint)[0])}>"
    return _SPARK_NAMES[hint]


def given_values(
    parameters: Mapping[str, Parameter], layers: Iterable[Layer]
) -> tuple[dict[str, object], list[str]]:
    """The value of each parameter that a layer gives, and everything that is wrong with them.

    The last layer wins. A value that it overrides is checked all the same: it would surprise
    whoever takes the last layer away.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    for layer in layers:
        for name, raw in layer.params.items():
            if name not in parameters:
                problems.append(unknown("parameter", name, parameters, layer.source))
                continue
            parameter = parameters[name]
            try:
                is_null = raw is None and parameter.nullable
                values[name] = None if is_null else from_json(raw, parameter.spark_type)
            except ValueError as error:
                values[name] = None
                problems.append(
                    f"parameter `{name}` from {layer.source}: "
                    f"expected {parameter.spark_type}, but {raw!r} {error}"
                )
    problems += [
        f"parameter `{parameter.name}` ({parameter.spark_type}) needs a value: "
        f"--set {parameter.name}=..."
        for parameter in parameters.values()
        if parameter.required and parameter.name not in values
    ]
    return values, problems


def unknown(kind: str, name: str, known: Iterable[str], source: str) -> str:
    """The message for a name that nobody declared."""
    near = get_close_matches(name, list(known), n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"unknown {kind} `{name}` in {source}{hint}"
