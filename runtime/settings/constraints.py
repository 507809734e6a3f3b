"""What the value of a parameter must be besides its type."""

from collections.abc import Callable
from decimal import Decimal
import operator
import re
from typing import Any

from ssbt.runtime.values.intervals import Months
from ssbt.runtime.values.types import as_text

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Check:
    """A value, or its `size` or `length`, compared with constants, as in SQL.

    `Check("between", 1, 10)`, `Check("not like", "%/")`, `Check("size <=", 3)`.
    """

    def __init__(self, condition: str, *operands: Any) -> None:
        match = re.fullmatch(r"(size |length |)(.+)", condition)
        self._measure, self._operator = match.groups() if match else ("", "")
        self._condition, self._operands = condition, operands

    def __str__(self) -> str:
        texts = [_format_operand(each) for each in self._operands]
        is_between = self._operator.endswith("between")
        operands = " and ".join(texts) if is_between else ", ".join(texts)
        operands = f"({operands})" if self._operator.endswith("in") else operands
        return f"{self._condition} {operands}"

    def problem(self, value: Any) -> str:
        """Why a value is refused, if it is."""
        try:
            holds = self._holds(len(value) if self._measure else value)
        except TypeError:
            return "of a time with a zone and one without none is the earlier"
        return "" if holds else f"the check `{self}` refuses it"

    def _holds(self, value: Any) -> bool:
        first, last = self._operands[0], self._operands[-1]
        match self._operator.removeprefix("not "):
            case "in":
                holds = value in self._operands
            case "between":
                holds = first <= value <= last
            case "like":
                holds = re.fullmatch(_like_pattern(first), value, re.DOTALL) is not None
            case "rlike":
                holds = re.search(first, value, re.ASCII) is not None
            case comparison:
                holds = _COMPARISONS[comparison](value, first)
        return holds != self._operator.startswith("not ")


def _format_operand(operand: object) -> str:
    is_number = isinstance(operand, int | float | Decimal) and not isinstance(operand, Months)
    return str(operand).lower() if is_number else f"'{as_text(operand)}'"


def _like_pattern(like: str) -> str:
    """A regular expression; a backslash takes the next character as it is."""
    signs = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|.", like, re.DOTALL)
    return "".join(signs.get(each) or re.escape(each[-1]) for each in pieces)
