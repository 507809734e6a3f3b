"""The forms that patterns of dates give to texts."""

from __future__ import annotations

import re

from ssbt.compiler.patterns import lazy_pattern

ISO_DATE, ISO_TIME = "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"
# The units from large to small, and how many digits each has where it has all.
_UNITS = (
    *(("yyyy", r"\d{4}"), ("MM", r"\d\d"), ("dd", r"\d\d"), ("HH", r"\d\d"), ("mm", r"\d\d")),
    *(("ss", r"\d\d"), ("S", r"\d+")),
)
_PIECES = lazy_pattern(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']")


def is_in_order(pattern: str) -> bool:
    """Whether texts of a pattern of dates have the order of what they show."""
    units = [each[0] for each in _UNITS]
    places = []
    for piece in _PIECES.finditer(pattern):
        text = piece[0]
        if text[0].isalpha():
            unit = "S" if text[0] == "S" else text
            if unit not in units:
                # A quarter has one digit, and a day of the year three.
                if text not in ("Q", "q", "yy", "DDD"):
                    return False
                unit = {"yy": "yyyy", "DDD": "MM"}.get(text, "MM")
            places.append(units.index(unit))
    return places == sorted(places)


def has_form(constant: str, pattern: str, operator: str) -> bool:
    """Whether a constant has the form of a pattern, or begins with it where that is enough."""
    if any(piece[0].isalpha() and piece not in dict(_UNITS) for piece in split_pattern(pattern)):
        return True
    form = ""
    is_whole_unit = True
    forms = dict(_UNITS)
    for piece in split_pattern(pattern):
        form += forms.get(piece, re.escape(piece.strip("'")))
        if re.fullmatch(form, constant):
            # `>= '2026-01'` takes all of the month, and so does `< '2026-02'`.
            is_whole_unit = operator in (">=", "<")
            break
    else:
        return pattern == ISO_TIME and re.match(form, constant) is not None
    return is_whole_unit or re.fullmatch(_form_of(pattern), constant) is not None


def _form_of(pattern: str) -> str:
    forms = dict(_UNITS)
    return "".join(
        forms.get(piece, re.escape(piece.strip("'"))) for piece in split_pattern(pattern)
    )


def split_pattern(pattern: str) -> list[str]:
    pieces = [piece[0] for piece in _PIECES.finditer(pattern)]
    return ["S" if piece[0] == "S" else piece for piece in pieces]
