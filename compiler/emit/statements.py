"""The `MERGE` that a script has: the text of a template, and where it may be split."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.emit.literals import MARK_CHARACTERS, Part, PythonCode, f_string
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.expressions import TextMark
from ssbt.compiler.patterns import lazy_pattern

_MARKS = {character: mark for mark, character in MARK_CHARACTERS.items()} | {"\n": TextMark.SPACE}
# A name in backticks may hold anything, marks and line ends among it.
_PIECES = lazy_pattern(rf"((?:[^`{''.join(_MARKS)}]|`(?:[^`]|``)*`)+)")


def emit_statement(template: str, **values: object) -> PythonCode:
    """The literal of the statement that `templates/statements/TEMPLATE.py.j2` shows."""
    marks = {mark.value: character for mark, character in MARK_CHARACTERS.items()}
    text = render_template(f"statements/{template}", **marks, **values)
    return PythonCode(f_string([TextMark.GROUP, *_split(text), TextMark.END]))


def _split(text: str) -> Iterator[Part]:
    """Pieces of SQL, and the marks between them."""
    for place, piece in enumerate(_PIECES.split(text)):
        if place % 2:
            yield piece
        else:
            yield from map(_MARKS.__getitem__, piece)
