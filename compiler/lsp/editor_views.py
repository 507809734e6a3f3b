"""What an editor draws beside the text, and what it can run or lay out from there."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.code_lenses import CodeLens, code_lenses
from ssbt.compiler.lsp.documents import path_of
from ssbt.compiler.lsp.editor import SYMBOL_KINDS, Editor
from ssbt.compiler.lsp.folding import find_folds
from ssbt.compiler.lsp.highlights import highlights
from ssbt.compiler.lsp.inlay_hints import inlay_hints
from ssbt.compiler.lsp.range_formatting import range_edits
from ssbt.compiler.lsp.semantic_tokens import MODIFIERS, TYPES, SemanticToken, semantic_tokens
from ssbt.compiler.lsp.signature_help import SignatureHelp, find_signature_help
from ssbt.compiler.lsp.workspace_symbols import find_workspace_symbols
from ssbt.compiler.source import Source, Span

_FOLDING_KINDS = {
    "region": lsp.FoldingRangeKind.Region,
    "comment": lsp.FoldingRangeKind.Comment,
    "imports": lsp.FoldingRangeKind.Imports,
}


class EditorViews:
    """The views of one client's editor."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def signature_help(
        self, uri: str, position: lsp.Position, calls_only: bool
    ) -> lsp.SignatureHelp | None:
        """The call or step at a position; with `calls_only`, a step is none."""
        analysis, source = self._analyze(uri)
        offset = self._editor.converter.offset(source, position)
        signature = find_signature_help(analysis, source.path, offset)
        if signature is None or (calls_only and not signature.is_call):
            return None
        return lsp.SignatureHelp(
            [self._convert_signature(signature)],
            active_signature=0,
            active_parameter=signature.active,
        )

    def semantic_tokens(self, uri: str, within: lsp.Range | None = None) -> lsp.SemanticTokens:
        """What the words are, of the whole file or of a range."""
        analysis, source = self._analyze(uri)
        start, end = 0, len(source.text)
        if within is not None:
            start, end = self._offsets(source, within)
        file_tokens = semantic_tokens(analysis, source.path, start, end)
        return lsp.SemanticTokens(data=list(self._encode_tokens(source, file_tokens)))

    def folding(self, uri: str) -> list[lsp.FoldingRange]:
        """What can be folded."""
        return [
            lsp.FoldingRange(each.first, each.last, kind=_FOLDING_KINDS[each.kind])
            for each in find_folds(self._source(uri))
        ]

    def highlights(self, uri: str, position: lsp.Position) -> list[lsp.DocumentHighlight]:
        """The places that name the thing at a position; those that name it first are writes."""
        analysis, source = self._analyze(uri)
        offset = self._editor.converter.offset(source, position)
        read, write = lsp.DocumentHighlightKind.Read, lsp.DocumentHighlightKind.Write
        return [
            lsp.DocumentHighlight(
                self._editor.converter.range(source, each.span), write if each.defines else read
            )
            for each in highlights(analysis, source.path, offset)
        ]

    def lenses(self, uri: str) -> list[lsp.CodeLens]:
        """What can be run from a line."""
        analysis, source = self._analyze(uri)
        return [
            lsp.CodeLens(
                self._editor.converter.range(source, each.span),
                lsp.Command(each.title, each.command, arguments=_lens_arguments(uri, each)),
            )
            for each in code_lenses(analysis, source.path)
        ]

    def hints(self, uri: str, within: lsp.Range) -> list[lsp.InlayHint]:
        """The types of the computed columns in a range."""
        analysis, source = self._analyze(uri)
        hints = inlay_hints(analysis, source.path, *self._offsets(source, within))
        return [
            lsp.InlayHint(
                self._editor.converter.range(
                    source, Span(source.path, each.offset, each.offset)
                ).start,
                each.text,
                kind=lsp.InlayHintKind.Type,
                tooltip=each.whole,
            )
            for each in hints
        ]

    def range_formatting_edits(self, uri: str, within: lsp.Range) -> list[lsp.TextEdit]:
        """The edits that lay out what a range touches."""
        source = self._source(uri)
        edits = range_edits(source, *self._offsets(source, within))
        return self._editor.converter.text_edits(source, edits)

    def workspace_symbols(self, query: str) -> list[lsp.WorkspaceSymbol]:
        """The declarations of all files whose names fit."""
        workspace = self._editor.workspace
        sources = {}
        symbols = []
        for each in find_workspace_symbols(workspace, query):
            path = each.name_span.path
            if path not in sources:
                sources[path] = Source(path, workspace.text(path))
            symbols.append(
                lsp.WorkspaceSymbol(
                    location=self._editor.converter.location(sources, each.name_span),
                    name=each.name,
                    kind=SYMBOL_KINDS.get(each.word, lsp.SymbolKind.Object),
                    container_name=path.rpartition("/")[2],
                )
            )
        return symbols

    def _source(self, uri: str) -> Source:
        """The text of a file alone, which takes no analysis."""
        path = path_of(uri)
        source = self._editor.workspace.documents.source(path)
        return source or Source(path, self._editor.workspace.text(path))

    def _analyze(self, uri: str) -> tuple[Analysis, Source]:
        path = path_of(uri)
        analysis = self._editor.workspace.best_analysis(path)
        return analysis, analysis.sources.get(path, Source(path, ""))

    def _offsets(self, source: Source, within: lsp.Range) -> tuple[int, int]:
        converter = self._editor.converter
        return converter.offset(source, within.start), converter.offset(source, within.end)

    def _convert_signature(self, signature: SignatureHelp) -> lsp.SignatureInformation:
        units = self._editor.converter.units
        return lsp.SignatureInformation(
            signature.label,
            documentation=_markdown(signature.documentation),
            parameters=[
                lsp.ParameterInformation(
                    # They count in the units of positions.
                    (
                        units.length(signature.label[: each.start]),
                        units.length(signature.label[: each.end]),
                    ),
                    documentation=_markdown(each.documentation),
                )
                for each in signature.parts
            ],
        )

    def _encode_tokens(self, source: Source, file_tokens: Iterator[SemanticToken]) -> Iterator[int]:
        """Five numbers for each token, its place relative to that of the one before."""
        line, character = 0, 0
        for each in file_tokens:
            token_range = self._editor.converter.range(
                source, Span(source.path, each.start, each.end)
            )
            start = token_range.start
            yield start.line - line
            yield start.character - (character if start.line == line else 0)
            yield token_range.end.character - start.character
            yield TYPES.index(each.type)
            yield sum(1 << MODIFIERS.index(modifier) for modifier in each.modifiers)
            line, character = start.line, start.character


def _lens_arguments(uri: str, lens: CodeLens) -> list[str]:
    return [uri] if lens.test is None else [uri, lens.test]


def _markdown(text: str) -> lsp.MarkupContent | None:
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, text) if text else None
