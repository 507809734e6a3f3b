"""Functions of the catalogue in words."""

from __future__ import annotations

from ssbt.compiler.types.functions import Function, Kind, Parameter
from ssbt.compiler.types.typed import Typed

_OLDEST = "3.5"


def signature(of: Function) -> str:
    """How a function is called: `round(value, [scale])`."""
    return f"{of.name}({', '.join(map(parameter_label, of.parameters))})"


def function_page(of: Function, result: Typed | None = None) -> str:
    """A function's call, what it takes, and, where one call is meant, what that returns."""
    head = signature(of)
    if result is not None and not result.unknown:
        head += f": {result.type.sql.lower()}{'' if result.nullable else ' not null'}"
    parts = [f"```ssbt\n{head}\n```", "\n".join(map(_line, of.parameters))]
    facts = [] if of.kind is Kind.SCALAR else [f"{of.kind.value} function"]
    if not of.deterministic:
        facts.append("not deterministic")
    if tuple(map(int, of.since.split(".")[:2])) > tuple(map(int, _OLDEST.split("."))):
        facts.append(f"since Spark {of.since}")
    if facts:
        parts.append(f"{', '.join(facts).capitalize()}.")
    return "\n\n".join(part for part in parts if part)


def parameter_label(of: Parameter) -> str:
    """A parameter in a signature."""
    if of.repeated:
        return f"{of.name}, …"
    return f"[{of.name}]" if of.optional else of.name


def parameter_page(of: Parameter) -> str:
    """What a parameter takes."""
    taken = "a lambda" if of.expected is None else of.expected.phrase
    constant = ", a constant" if of.constant else ""
    return f"`{of.name}`: {taken}{constant}"


def _line(of: Parameter) -> str:
    return f"- {parameter_page(of)}"
