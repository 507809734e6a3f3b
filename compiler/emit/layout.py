"""Scripts as black would lay them out, without the 150 ms that importing black takes.

The result is a fixed point of black with its default options; tests hold it to that. Code that
`emit` does not make itself, such as what a third party's connector may yield, goes to black.
"""

from __future__ import annotations

from dataclasses import dataclass
import re

from ssbt.compiler.emit.leaves import UnknownShapeError

_INDENT = "    "
_VERBATIM = ("@", "class ", "if ", "import ", '"""', "#")
_TRAILING_COMMENT = re.compile(r"(?m)^( *def .*?:)  (#.*)$")
_STRING_OR_COMMENT = re.compile(r"""f?"(?:[^"\\\n]|\\.)*"|f?'(?:[^'\\\n]|\\.)*'|\#[^\n]*""")


@dataclass(frozen=True, slots=True)
class _Statement:
    """The text of a statement without its indentation; `spaced` when a blank line was before it."""

    text: str
    depth: int
    spaced: bool


def laid_out(text: str) -> str:
    """`text`, a script with each statement on one line or inside of brackets, as black has it."""
    try:
        return "".join(_lines(list(_statements(text))))
    except UnknownShapeError:
        import black

        return black.format_str(text, mode=black.Mode())
