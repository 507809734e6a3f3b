"""The declarations of all files of a workspace whose names fit what was typed."""

from __future__ import annotations

from ssbt.compiler.lsp.symbols import Symbol, outline
from ssbt.compiler.lsp.workspace import Workspace

# Editors ask again with each letter; nobody reads more than these.
_MAX_SYMBOLS = 500


def find_workspace_symbols(workspace: Workspace, query: str) -> tuple[Symbol, ...]:
    """The symbols, the best fit first; all of them where nothing was typed."""
    ranked = [
        (rank, len(symbol.name), symbol.name, symbol.name_span, symbol)
        for path in dict.fromkeys(workspace.files())
        for symbol in outline(workspace.declarations(path), path)
        if (rank := match_rank(query, symbol.name)) is not None
    ]
    ranked.sort(key=lambda each: each[:4])
    return tuple(symbol for *_, symbol in ranked[:_MAX_SYMBOLS])


def match_rank(query: str, name: str) -> int | None:
    """How well a name fits, 0 being best; None where the letters are not in it in their order."""
    needle, text = query.casefold(), name.casefold()
    if text == needle:
        return 0
    if text.startswith(needle):
        return 1
    if any(part.startswith(needle) for part in text.split("_")):
        return 2
    if needle in text:
        return 3
    letters = iter(text)
    return 4 if all(letter in letters for letter in needle) else None
