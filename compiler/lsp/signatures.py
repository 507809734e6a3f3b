"""Functions of the catalogue in words."""

from __future__ import annotations

from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.functions import Function, FunctionKind, Parameter

_OLDEST = "3.5"


def format_signature(function: Function) -> str:
    """How a function is called: `round(value, [scale])`."""
    return f"{function.name}({', '.join(map(parameter_label, function.parameters))})"


def function_page(function: Function, result: Typed | None = None) -> str:
    """A function's call, what it takes, and, where one call is meant, what that returns."""
    head = format_signature(function)
    if result is not None and not result.is_unknown:
        head += f": {result.type.sql.lower()}{'' if result.nullable else ' not null'}"
    parts = [f"```ssbt\n{head}\n```", "\n".join(map(_parameter_line, function.parameters))]
    facts = [] if function.kind is FunctionKind.SCALAR else [f"{function.kind.value} function"]
    if not function.deterministic:
        facts.append("not deterministic")
    if tuple(map(int, function.since.split(".")[:2])) > tuple(map(int, _OLDEST.split("."))):
        facts.append(f"since Spark {function.since}")
    if facts:
        parts.append(f"{', '.join(facts).capitalize()}.")
    return "\n\n".join(part for part in parts if part)


def parameter_label(parameter: Parameter) -> str:
    """A parameter in a signature."""
    if parameter.repeated:
        return f"{parameter.name}, …"
    return f"[{parameter.name}]" if parameter.optional else parameter.name


def parameter_page(parameter: Parameter) -> str:
    """What a parameter takes."""
    expected = "a lambda" if parameter.expected is None else parameter.expected.phrase
    constant = ", a constant" if parameter.constant else ""
    return f"`{parameter.name}`: {expected}{constant}"


def _parameter_line(parameter: Parameter) -> str:
    return f"- {parameter_page(parameter)}"
