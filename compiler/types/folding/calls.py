"""Built-in functions of constants, where every argument is evaluated and a null makes a null."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.folding.model import Failure, Outcome, Value

# The arguments are of the types that the function takes, and none of them is null or opaque.
Evaluate = Callable[[Sequence[Value], DataType, bool], Outcome]

# `locate` takes a place that is null for 0, `array_repeat` repeats a null,
# `decode` may look for one.
SEEING_NULLS = ("locate", "position", "array_repeat", "decode")


@cache
def _functions() -> Mapping[str, Evaluate]:
    from ssbt.compiler.types.folding import (
        arrays,
        dates,
        encodings,
        maths,
        moments,
        numbers,
        parsing,
        strings,
    )

    modules = (strings, maths, dates, parsing, arrays, encodings, numbers, moments)
    return {name: evaluate for module in modules for name, evaluate in module.FUNCTIONS.items()}


def can_evaluate(name: str) -> bool:
    """Whether the function can be evaluated here."""
    return name in _functions()


def fold_call(
    name: str, arguments: Sequence[Value], result: DataType, ansi: bool = True
) -> Outcome:
    """What the function gives for arguments that have been cast to its parameters' types."""
    evaluate = _functions().get(name)
    if evaluate is None:
        return None
    if any(argument.is_null for argument in arguments):
        return None if name in SEEING_NULLS else Value(result, None)
    if any(argument.is_opaque for argument in arguments):
        return None
    try:
        outcome = evaluate(arguments, result, ansi)
    except OverflowError:
        # Python's dates and floats end before Java's.
        return None
    return (
        outcome if outcome is None or isinstance(outcome, Failure) else Value(result, outcome.value)
    )
