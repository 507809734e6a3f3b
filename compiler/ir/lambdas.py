"""Variables of lambdas, by where they are bound: what they are called makes no difference."""

from __future__ import annotations

from collections.abc import Sequence
import re

from ssbt.compiler.ir.expressions import ParameterText, Text

_PIECE = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `(?:[^`]|``)*` | [^\W\d]\w* | -> | \s+ | .""",
    re.VERBOSE | re.DOTALL,
)
_Pieces = list[str | ParameterText]


def without_names(text: Text) -> Text:
    """The text with each variable as `@1`, `@2` and so on, counted from the outermost lambda.

    No column is called so, unlike anything that could be a name.
    """
    if not any("->" in part for part in text if isinstance(part, str)):
        return text
    pieces: _Pieces = []
    for part in text:
        pieces += _PIECE.findall(part) if isinstance(part, str) else [part]
    bound: list[tuple[int, int]] = []
    for arrow in [i for i, piece in enumerate(pieces) if piece == "->"]:
        end = _end(pieces, arrow)
        # From left to right, so that an inner variable takes its name back from an outer one.
        around = sum(count for until, count in bound if until > arrow)
        variables = _variables(pieces, arrow)
        _rename(pieces, variables, end, around)
        bound.append((end, len(variables)))
    return tuple(pieces)


def _end(pieces: Sequence[str | ParameterText], arrow: int) -> int:
    """Where the lambda ends: at the end of the argument that it is."""
    depth = 0
    for place in range(arrow, len(pieces)):
        piece = pieces[place]
        if depth == 0 and piece in (",", ")", "]"):
            return place
        if isinstance(piece, str):
            depth += (piece in "([") - (piece in ")]")
    return len(pieces)


def _variables(pieces: Sequence[str | ParameterText], arrow: int) -> list[int]:
    """The places of the names before the arrow: one, or several in parentheses."""
    names: list[int] = []
    listed = False
    for place in range(arrow - 1, -1, -1):
        piece = pieces[place]
        if piece == ")":
            listed = True
        elif _is_name(piece):
            names.append(place)
            if not listed:
                break
        elif piece == "(":
            break
    return names[::-1]


def _rename(pieces: _Pieces, variables: Sequence[int], end: int, around: int) -> None:
    if not variables:
        return
    new = {_plain(pieces[place]): f"@{around + n}" for n, place in enumerate(variables, 1)}
    for place in range(variables[0], end):
        is_field = place > 0 and pieces[place - 1] == "."
        is_call = place + 1 < len(pieces) and pieces[place + 1] == "("
        if _is_name(pieces[place]) and not is_field and not is_call:
            pieces[place] = new.get(_plain(pieces[place]), pieces[place])


def _is_name(piece: str | ParameterText) -> bool:
    return isinstance(piece, str) and re.match(r"[^\W\d]|[`@]", piece) is not None


def _plain(piece: str | ParameterText) -> str:
    return str(piece).strip("`").casefold()
