"""The text of an expression with the places where `ssbtc fmt` would break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ssbt.compiler import line_breaking as layout
from ssbt.compiler.ir.expressions import ParameterText, StructuredText, TextMark
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import Piece

# A shorter text fits a line of a script wherever it stands.
_LONG = 40
_MARKS = {
    layout.GROUP: TextMark.GROUP,
    layout.END: TextMark.END,
    layout.UNNEST: TextMark.DEDENT,
}
_Part = layout.Part | e.ParameterUse


def structure_text(
    parts: Sequence[_Part], convert: Callable[[Piece], str | ParameterText]
) -> StructuredText:
    """The text in one group, adjacent parts joined; nothing of a text that is short."""
    if sum(len(part) for part in parts if isinstance(part, str)) <= _LONG:
        return ()
    structured: list[str | ParameterText | TextMark] = [TextMark.GROUP]
    for part in parts:
        each = convert(part) if isinstance(part, str | e.ParameterUse) else _find_mark(part)
        if isinstance(each, str) and isinstance(structured[-1], str):
            structured[-1] += each
        elif each is not None:
            structured.append(each)
    return (*structured, TextMark.END)


def _find_mark(part: layout.Part) -> TextMark | None:
    if isinstance(part, layout.Break):
        return TextMark.SPACE if part.flat else TextMark.SOFT
    if isinstance(part, layout.Nest):
        return TextMark.INDENT
    return _MARKS.get(part) if isinstance(part, layout.Mark) else None
