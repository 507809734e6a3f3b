"""What is known of the arguments of single functions."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.ir.canonical.values import Value
from ssbt.compiler.ir.terms import CALL, LITERAL, PARAMETER, STAR, CallForm
from ssbt.compiler.types.datatypes import STRING


def joined_parts(value: Value) -> Sequence[Value]:
    """The texts that a text is joined of."""
    form = value.value
    is_plain = isinstance(form, CallForm) and form == CallForm("concat", form.arguments)
    is_joined = value.operator == CALL and value.type == STRING and is_plain
    return value.operands if is_joined else (value,)


def is_one_row(distance: Sequence[Value]) -> bool:
    """Whether it is the distance of `lag` and `lead` that is meant without one."""
    literal = distance[0].value if distance and distance[0].operator == LITERAL else None
    return literal == 1 or (isinstance(literal, tuple) and literal[-1:] == ("1",))


def counting_names(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """What arguments are called, where that goes into the result or tells which they are."""
    counts = name in ("struct", "arrays_zip") or any(each.endswith(" =>") for each in names)
    return names if counts else ()


def counts_rows(form: CallForm, operands: Sequence[Value]) -> bool:
    """Whether every row counts: `count(*)`, `count(1)`, and `count` of what is never null."""
    if form.distinct or form.arguments != 1:
        return False
    (counted,) = operands[:1]
    if counted.operator == STAR:
        return counted.value == ((), ())
    if counted.operator == PARAMETER:
        return False
    return not (counted.nullable or counted.fails or counted.drawn)
