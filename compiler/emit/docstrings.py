"""Text for people in a script: docstrings and comments, as black leaves them."""

from __future__ import annotations

from collections.abc import Sequence
import textwrap

from ssbt.compiler.emit.literals import escape, escape_invisible
from ssbt.compiler.patterns import lazy_pattern

LINE_LENGTH = 88
_ITEM = lazy_pattern(r"[-*•]\s|\d+[.)]\s")
INDENT = "    "


def emit_docstring(text: str, depth: int = 0, trailing_lines: Sequence[str] = ()) -> str:
    """`text` as a docstring at an indentation of `depth`; paragraphs with long lines are filled.

    `after` are further lines, of the compiler's own, that stand as they are. The first line of the
    result has no indentation.
    """
    indent = INDENT * depth
    lines = [line for part in _split_parts(text.strip()) for line in _wrap(part, indent)]
    lines = [line for line, previous in zip(lines, ["", *lines], strict=False) if line or previous]
    lines += trailing_lines
    if lines[0].startswith('"'):
        lines[0] = " " + lines[0]
    if len(lines) == 1:
        body = lines[0] + (" " if lines[0].endswith('"') else "")
    else:
        rest = [f"{indent}{line}" if line else "" for line in lines[1:]]
        body = "\n".join([lines[0], *rest, indent])
    return f'"""{body}"""'


def describe(description: str) -> str:
    """What the source file says of a declaration, as a docstring; nothing where it says nothing."""
    return emit_docstring(as_sentence(description), depth=1) if description.strip() else ""


def as_sentence(text: str) -> str:
    """`text`, ended by a full stop unless it ends in a mark already."""
    text = text.strip()
    return f"{text}." if text[-1:].isalnum() else text


def emit_comment(text: str, depth: int = 0) -> list[str]:
    """`text` as lines of comment for an indentation of `depth`."""
    width = LINE_LENGTH - len(INDENT) * depth - len("# ")
    return [f"# {line}".rstrip() for line in textwrap.wrap(escape_invisible(text), width) or [""]]


def _split_parts(text: str) -> list[list[str]]:
    """The lines of each paragraph, and of each item of a list."""
    parts: list[list[str]] = [[]]
    for line in map(str.strip, text.splitlines()):
        if not line or not parts[-1] or not parts[-1][0] or _ITEM.match(line):
            parts.append([])
        parts[-1].append(line)
    return parts[1:]


def _wrap(lines: list[str], indent: str) -> list[str]:
    """The lines as they are; all of them filled again where one is too long."""
    # On the first line the quotes stand before it, on an only one after it too.
    width = LINE_LENGTH - len(indent) - 2 * len('"""')
    texts = [escape(line, quote="").replace('"""', '\\"\\"\\"') for line in lines]
    if all(len(text) <= width for text in texts):
        return texts
    text = " ".join(texts)
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
