"""What a command would change, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.cells import display_character, sanitize
from ssbt.compiler.diagnostics.style import Style, paint

_STYLES = {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.NOTE}


def unified_diff(path: str, old: bytes | None, new: bytes | None, *, color: bool = False) -> str:
    """From `old` to `new`; None stands for a file that does not exist. Empty if they are equal."""
    if old == new:
        return ""
    old_text, new_text = _decode_text(old), _decode_text(new)
    if old_text is None or new_text is None:
        return f"Binary file {sanitize(path)} differs\n"
    name = sanitize(path)
    if path.endswith((".ssbt", ".conf")):
        from ssbt.compiler.diagnostics.masking import mask_text

        old_text, new_text = mask_text(path, old_text), mask_text(path, new_text)
    names = "/dev/null" if old is None else name, "/dev/null" if new is None else name
    return "".join(_format_lines(names, old_text, new_text, color))


def _format_lines(names: tuple[str, str], old: str, new: str, color: bool) -> Iterator[str]:
    from difflib import unified_diff as compared

    rows = compared(_split_lines(old), _split_lines(new), names[0], names[1], lineterm="")
    for number, line in enumerate(rows):
        if number < 2:
            yield f"{paint(line, Style.HEADING, color=color)}\n"
            continue
        style = _STYLES.get(line[:1], Style.PLAIN)
        yield f"{paint(_escape_line(line), style, color=color)}\n"
        if line[:1] != "@" and not line.endswith("\n"):
            yield "\\ No newline at end of file\n"


def _split_lines(text: str) -> list[str]:
    # Not `splitlines`, which also splits at characters that end no line in a file.
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])


def _escape_line(line: str) -> str:
    """The line without its end and without what a terminal would obey."""
    line = line.removesuffix("\n")
    if line.isprintable():
        return line
    return "".join(char if char == "\t" else display_character(char) for char in line)


def _decode_text(content: bytes | None) -> str | None:
    """The text of a file, none for one that is not text."""
    try:
        text = (content or b"").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
