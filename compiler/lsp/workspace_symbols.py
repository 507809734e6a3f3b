"""The declarations of all files of a workspace whose names fit what was typed."""

from __future__ import annotations

from ssbt.compiler.lsp.symbols import Symbol, outline
from ssbt.compiler.lsp.workspace import Workspace

# Editors ask again with each letter; nobody reads more than these.
_MOST = 500


def workspace_symbols(workspace: Workspace, query: str) -> tuple[Symbol, ...]:
    """The symbols, the best fit first; all of them where nothing was typed."""
    ranked = [
        (rank, len(symbol.name), symbol.name, symbol.place, symbol)
        for path in dict.fromkeys(workspace.files())
        for symbol in outline(workspace.declarations(path), path)
        if (rank := fit(query, symbol.name)) is not None
    ]
    ranked.sort(key=lambda each: each[:4])
    return tuple(symbol for *_, symbol in ranked[:_MOST])


def fit(query: str, name: str) -> int | None:
    """How well a name fits, 0 being best; None where the letters are not in it in their order."""
    sought, text = query.casefold(), name.casefold()
    if text == sought:
        return 0
    if text.startswith(sought):
        return 1
    if any(part.startswith(sought) for part in text.split("_")):
        return 2
    if sought in text:
        return 3
    letters = iter(text)
    return 4 if all(letter in letters for letter in sought) else None
