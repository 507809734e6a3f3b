"""The page of a code, as `ssbtc explain` prints it and docs/errors/ holds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.cells import display_character

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Code

_MAX_LINE_LENGTH = 100

RANGES = {
    "00": "Input and encoding",
    "01": "Syntax",
    "02": "Names, schemas and columns",
    "03": "Connectors",
    "04": "Expressions and types",
    "05": "Steps",
    "06": "Streaming",
    "08": "Command line and outputs",
    "09": "Not supported yet",
    "10": "Records of brokers and their formats",
    "11": "Schemas from files and registries",
    "12": "Connections and configuration",
    "13": "Secrets",
    "14": "Tests",
}


def render_page(code: Code) -> str:
    """What the code means, why it matters, and a wrong and a right file, in Markdown."""
    parts = [f"# {code.number}: {code.title}", f"*{code.severity.value.capitalize()}.*"]
    parts.append(code.why.strip())
    if code.wrong:
        parts += ["## Wrong", _code_block(code.wrong)]
    if code.right:
        parts += ["## Right", _code_block(code.right)]
    return "\n\n".join(parts) + "\n"


def render_index(codes: Iterable[Code]) -> str:
    """The table of contents of all pages, in Markdown."""
    parts = [
        "# Errors and warnings",
        "What `ssbtc` finds wrong with a pipeline, by code. `ssbtc explain CODE` prints a page.",
    ]
    by_range: dict[str, list[str]] = {}
    for code in codes:
        line = f"- [{code.number}]({code.number}.md): {code.title} ({code.severity.value})"
        by_range.setdefault(code.number[4:6], []).append(line)
    for prefix, lines in sorted(by_range.items()):
        parts += [f"## {RANGES[prefix]} ({prefix}xx)", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _code_block(text: str) -> str:
    lines = (_make_readable(line) for line in text.rstrip("\n").split("\n"))
    return "\n".join(("```ssbt", *lines, "```"))


def _make_readable(line: str) -> str:
    """The line with a stand-in for what cannot be seen, and without the middle if it is long."""
    whole = "".join(map(display_character, line))
    if len(whole) <= _MAX_LINE_LENGTH:
        return whole
    half = _MAX_LINE_LENGTH // 2 - 1
    return f"{whole[:half]} … {whole[-half:]}"
