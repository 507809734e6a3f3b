"""Long SQL as several literals, a line each, broken where `ssbtc fmt` breaks expressions.

The marks of the structure (see `TextMark`) travel in the literal as control characters, which the
quoting functions leave to none of the user's text, until the layout knows what room there is.
"""

from __future__ import annotations

from ssbt.compiler import line_breaking as layout
from ssbt.compiler.emit.literals import MARK_CHARACTERS, python_literal, unescape
from ssbt.compiler.emit.pieces import join_units, split_units
from ssbt.compiler.ir.expressions import TextMark
from ssbt.compiler.patterns import lazy_pattern

_PARTS: dict[str, layout.Part] = {
    MARK_CHARACTERS[TextMark.GROUP]: layout.GROUP,
    MARK_CHARACTERS[TextMark.END]: layout.END,
    MARK_CHARACTERS[TextMark.SPACE]: layout.SPACE,
    MARK_CHARACTERS[TextMark.SOFT]: layout.SOFT,
    MARK_CHARACTERS[TextMark.INDENT]: layout.Nest(2),
    MARK_CHARACTERS[TextMark.DEDENT]: layout.UNNEST,
}
_FLAT = str.maketrans(
    {mark: part.flat if isinstance(part, layout.Break) else "" for mark, part in _PARTS.items()}
)
_MARK = lazy_pattern(f"([{''.join(_PARTS)}])")
_CLOSING = (")", "]")


def is_structured(code: str) -> bool:
    """Whether there are marks in the code."""
    return MARK_CHARACTERS[TextMark.GROUP] in code


def flatten_literals(code: str) -> str:
    """The code without marks, each literal on one line."""
    return code.translate(_FLAT)


def split_sql(literal: str, room: int) -> list[str]:
    """Literals that together are worth the SQL of `literal`, but for spaces between its words.

    Each is one of the lines that the SQL takes where at most `room` columns are left; what has no
    place to be broken stays long.
    """
    prefix = literal[0] if literal[0] in "fr" else ""
    quote = literal[len(prefix)]
    body = literal[len(prefix) + 1 : -1]
    parts = [_PARTS.get(part, part) for part in _MARK.split(body) if part]
    lines = layout.lay_out(parts, width=room - len(prefix) - 2 * len(quote))
    return [_line_literal(_indent(line, index), prefix, quote) for index, line in enumerate(lines)]


def _indent(line: layout.Line, index: int) -> str:
    """The text of a line; what begins with a word is kept apart from the line before."""
    is_apart = index > 0 and not line.text.startswith(_CLOSING)
    return " " * max(line.indent, int(is_apart)) + line.text


def _line_literal(text: str, prefix: str, quote: str) -> str:
    if prefix == "r":
        return python_literal(text)
    units = split_units(text, prefix)
    if any(unit[0] == "{" and unit != "{{" for unit in units) and prefix:
        return join_units(units, is_f=True, quote=quote)
    if prefix:
        text = text.replace("{{", "{").replace("}}", "}")
    return python_literal(unescape(text))
