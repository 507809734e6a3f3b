"""The places in one file that name the thing at a place, those that give it its name apart."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.symbol_index import symbol_index


def highlights(analysis: Analysis, path: str, offset: int) -> Iterator[ResolvedName]:
    """All names of the file at `path` that mean what the one at an offset means."""
    index = symbol_index(analysis)
    name = index.find_at(path, offset)
    if name is not None:
        yield from (each for each in index.find_mentions(name) if each.span.path == path)
