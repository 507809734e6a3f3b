"""What the value of a parameter must be besides its type."""

from __future__ import annotations

from collections.abc import Callable, Sized
from datetime import timedelta
from decimal import Decimal
import operator
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.types.interval_values import Months, render_duration

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COMPARISONS = frozenset(_COMPARISONS)


class Condition(Struct, frozen=True):
    """A value, or its `measure` (`size`, `length`), compared with constants.

    The operator is SQL's: `<=`, `not between`, `in`, `like`, `rlike`.
    """

    operator: str
    operands: tuple[object, ...]
    measure: str = ""

    def refusal(self, value: object) -> str:
        """Why a value of the parameter's type is refused, if it is; as the runtime says it."""
        measured = len(value) if self.measure and isinstance(value, Sized) else value
        try:
            holds = _is_satisfied(self.operator, measured, self.operands)
        except TypeError:
            return "of a time with a zone and one without none is the earlier"
        return "" if holds else f"the check `{self}` refuses it"

    def __str__(self) -> str:
        texts = [_format_operand(each) for each in self.operands]
        is_between = self.operator.endswith("between")
        operands = " and ".join(texts) if is_between else ", ".join(texts)
        operands = f"({operands})" if self.operator.endswith("in") else operands
        return " ".join(filter(None, (self.measure, self.operator, operands)))


def _format_operand(operand: object) -> str:
    if isinstance(operand, timedelta):
        return f"'{render_duration(operand)}'"
    if isinstance(operand, bytes):
        return f"'{operand.hex()}'"
    is_number = isinstance(operand, int | float | Decimal) and not isinstance(operand, Months)
    return str(operand).lower() if is_number else f"'{operand}'"


def _is_satisfied(operator: str, value: Any, operands: tuple[Any, ...]) -> bool:
    match operator.removeprefix("not "):
        case "in":
            holds = value in operands
        case "between":
            holds = operands[0] <= value <= operands[1]
        case "like":
            holds = re.fullmatch(_like_pattern(operands[0]), value, re.DOTALL) is not None
        case "rlike":
            holds = re.search(operands[0], value, re.ASCII) is not None
        case comparison:
            holds = _COMPARISONS[comparison](value, operands[0])
    return holds != operator.startswith("not ")


def _like_pattern(like: str) -> str:
    """A regular expression; a backslash takes the next character as it is."""
    signs = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|.", like, re.DOTALL)
    return "".join(signs.get(each) or re.escape(each[-1]) for each in pieces)
