"""Numbers read from texts by a format: `to_number`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque

_TOKEN = lazy_pattern(r"[09G,]+|MI|PR|[S$.D]")


def _to_number(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    text, format_ = (str(argument.value) for argument in arguments)
    # Spark skips blanks in some places.
    if re.search(r"\s", text):
        return None
    if fits_format(text, format_):
        return opaque(result)
    return Failure(f"'{text}' is no number written as '{format_}'")


def fits_format(text: str, format_: str) -> bool:
    """Whether `to_number` reads the text, which has no blanks, by a format that is a good one."""
    upper = format_.upper()
    angled = upper.endswith("PR") and text.startswith("<")
    if angled:
        if not text.endswith(">"):
            return False
        text = text[1:-1]
    place, behind_point, has_digits = 0, False, False
    for symbol in _TOKEN.findall(upper):
        match symbol:
            case "." | "D":
                behind_point = True
                place += text[place : place + 1] == "."
            case "$":
                if text[place : place + 1] != "$":
                    return False
                place += 1
            case "S" | "MI":
                signs = "+-" if symbol == "S" else "-"
                place += text[place : place + 1] != "" and text[place] in signs
            case "PR":
                pass
            case _:
                taken = re.match(r"[0-9,]*", text[place:])
                digits = taken[0] if taken else ""
                if not _groups_fit(digits, symbol, behind_point):
                    return False
                has_digits = has_digits or any(sign != "," for sign in digits)
                place += len(digits)
    return place == len(text) and has_digits


def _groups_fit(digits: str, token: str, behind_point: bool) -> bool:
    """Whether groups of digits have as many as the format says, from the last one on."""
    expected_groups = re.split("[G,]", token)[::-1]
    groups = digits.split(",")[::-1]
    if len(groups) > len(expected_groups):
        return False
    for place, group in enumerate(expected_groups):
        count = len(groups[place]) if place < len(groups) else 0
        exactly = group.startswith("0") and not behind_point
        if count != len(group) if exactly else count > len(group):
            return False
    return True


FUNCTIONS: Mapping[str, Evaluate] = {"to_number": _to_number}
