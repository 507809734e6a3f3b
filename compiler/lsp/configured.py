"""What a name in a file of configuration stands for: a thing that a pipeline declares."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.lsp.configuration_names import SECTIONS
from ssbt.compiler.lsp.renaming import find_names_in_configuration
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Span

SUFFIX = ".conf"
_WORD = lazy_pattern(r"[^\s.,:=+{}\[\]$?\"#]+")


def is_configuration(path: str) -> bool:
    """Whether a file is one of configuration, and none of a pipeline."""
    return path.endswith(SUFFIX)


def configured_name(
    workspace: Workspace, path: str, offset: int
) -> tuple[Span, ResolvedName] | None:
    """The place of the name at an offset, and its declaration; None where no pipeline has one."""
    word = _word(workspace.text(path), offset)
    if word is None:
        return None
    for file in dict.fromkeys(each for each in workspace.files() if not is_configuration(each)):
        for kind, declaration in _list_declarations(workspace, file, word):
            analysis = workspace.analyze(file)
            named = find_names_in_configuration(workspace, analysis, kind, word)
            for span in named.spans:
                if span.path == path and span.start <= offset <= span.end:
                    return span, declaration
    return None


def _word(text: str, offset: int) -> str | None:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    words = (each for each in _WORD.finditer(line) if each.start() <= offset - start <= each.end())
    return next((each[0] for each in words), None)


def _list_declarations(
    workspace: Workspace, file: str, word: str
) -> Iterator[tuple[str, ResolvedName]]:
    """What a file declares, itself or by an import, that a configuration can name."""
    analysis = workspace.analyze(file)
    for kind in SECTIONS:
        node = analysis.by_name.get((kind, word.casefold()))
        name = getattr(node, "name", None)
        if name is None or name.span.path not in analysis.sources:
            continue
        symbol = symbol_index(analysis).find_at(name.span.path, name.span.start)
        if symbol is not None and symbol.kind == kind:
            yield kind, symbol
