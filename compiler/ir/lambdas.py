"""Variables of lambdas, by where they are bound: what they are called makes no difference."""

from __future__ import annotations

from collections.abc import Sequence
import re

from ssbt.compiler.ir.expressions import ParameterText, Text
from ssbt.compiler.patterns import lazy_pattern

_PIECE = lazy_pattern(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `(?:[^`]|``)*` | [^\W\d]\w* | -> | \s+ | .""",
    re.VERBOSE | re.DOTALL,
)
_Pieces = list[str | ParameterText]


def without_names(text: Text) -> Text:
    """The text with each variable as `@1`, `@2` and so on, counted from the outermost lambda.

    No column is named so, unlike anything that could be a name.
    """
    if not any("->" in part for part in text if isinstance(part, str)):
        return text
    pieces: _Pieces = []
    for part in text:
        pieces += _PIECE.findall(part) if isinstance(part, str) else [part]
    bound: list[tuple[int, int]] = []
    for arrow in [i for i, piece in enumerate(pieces) if piece == "->"]:
        end = _find_end(pieces, arrow)
        # From left to right, so that an inner variable takes its name back from an outer one.
        outer_count = sum(count for until, count in bound if until > arrow)
        variables = _find_variables(pieces, arrow)
        _rename(pieces, variables, end, outer_count)
        bound.append((end, len(variables)))
    return tuple(pieces)


def _find_end(pieces: Sequence[str | ParameterText], arrow: int) -> int:
    """Where the lambda ends: at the end of the argument that it is."""
    depth = 0
    for index in range(arrow, len(pieces)):
        piece = pieces[index]
        if depth == 0 and piece in (",", ")", "]"):
            return index
        if isinstance(piece, str):
            depth += (piece in "([") - (piece in ")]")
    return len(pieces)


def _find_variables(pieces: Sequence[str | ParameterText], arrow: int) -> list[int]:
    """The places of the names before the arrow: one, or several in parentheses."""
    names: list[int] = []
    in_parentheses = False
    for index in range(arrow - 1, -1, -1):
        piece = pieces[index]
        if piece == ")":
            in_parentheses = True
        elif _is_name(piece):
            names.append(index)
            if not in_parentheses:
                break
        elif piece == "(":
            break
    return names[::-1]


def _rename(pieces: _Pieces, variables: Sequence[int], end: int, outer_count: int) -> None:
    if not variables:
        return
    new_names = {
        _fold_name(pieces[index]): f"@{outer_count + n}" for n, index in enumerate(variables, 1)
    }
    for index in range(variables[0], end):
        is_field = index > 0 and pieces[index - 1] == "."
        is_call = index + 1 < len(pieces) and pieces[index + 1] == "("
        if _is_name(pieces[index]) and not is_field and not is_call:
            pieces[index] = new_names.get(_fold_name(pieces[index]), pieces[index])


def _is_name(piece: str | ParameterText) -> bool:
    return isinstance(piece, str) and re.match(r"[^\W\d]|[`@]", piece) is not None


def _fold_name(piece: str | ParameterText) -> str:
    return str(piece).strip("`").casefold()
