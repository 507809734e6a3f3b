"""Our places, findings and edits as the protocol has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types as lsp

from ssbt.compiler.check.unused import UNUSED
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Severity
from ssbt.compiler.lsp import positions
from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.documents import Documents
from ssbt.compiler.lsp.pages import page_uri
from ssbt.compiler.lsp.positions import Units
from ssbt.compiler.source import Source, Span

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
}
_KINDS = {
    "column": lsp.CompletionItemKind.Field,
    "field": lsp.CompletionItemKind.Field,
    "qualifier": lsp.CompletionItemKind.Module,
    "dataset": lsp.CompletionItemKind.Variable,
    "sink": lsp.CompletionItemKind.Event,
    "transform": lsp.CompletionItemKind.Method,
    "schema": lsp.CompletionItemKind.Struct,
    "param": lsp.CompletionItemKind.Constant,
    "secret": lsp.CompletionItemKind.Constant,
    "connection": lsp.CompletionItemKind.Interface,
    "function": lsp.CompletionItemKind.Function,
    "keyword": lsp.CompletionItemKind.Keyword,
    "type": lsp.CompletionItemKind.TypeParameter,
    "connector": lsp.CompletionItemKind.Module,
    "option": lsp.CompletionItemKind.Property,
    "choice": lsp.CompletionItemKind.EnumMember,
    "file": lsp.CompletionItemKind.File,
    "folder": lsp.CompletionItemKind.Folder,
}
# In what order kinds are shown: what belongs to the pipeline before what is always there.
_ORDER = ("column", "field", "dataset", "option", "choice", "schema", "transform", "qualifier")


@dataclass(frozen=True, slots=True)
class Converter:
    """Knows the client's units and the URIs of files."""

    documents: Documents
    units: Units

    def offset(self, source: Source, position: lsp.Position) -> int:
        """The offset of a position."""
        return positions.offset(source, position.line, position.character, self.units)

    def range(self, source: Source, span: Span) -> lsp.Range:
        """The range of a span of the source."""
        start = positions.position(source, span.start, self.units)
        end = positions.position(source, span.end, self.units)
        return lsp.Range(lsp.Position(*start), lsp.Position(*end))

    def location(self, sources: Mapping[str, Source], span: Span) -> lsp.Location:
        """Where a span is."""
        source = sources.get(span.path, Source(span.path, ""))
        return lsp.Location(self.documents.uri(span.path), self.range(source, span))

    def diagnostic(self, finding: Diagnostic, sources: Mapping[str, Source]) -> lsp.Diagnostic:
        """A finding; its ways out stand below the message."""
        source = sources.get(finding.primary.span.path, Source(finding.primary.span.path, ""))
        related = [
            lsp.DiagnosticRelatedInformation(
                self.location(sources, label.span), label.text or "see here"
            )
            for label in finding.secondary
        ]
        page = page_uri(finding.code)
        return lsp.Diagnostic(
            range=self.range(source, finding.primary.span),
            message="\n".join((finding.message, *finding.help)),
            severity=_SEVERITIES[finding.severity],
            code=finding.code.number,
            code_description=lsp.CodeDescription(page) if page else None,
            source="ssbtc",
            tags=[lsp.DiagnosticTag.Unnecessary] if finding.code is UNUSED else None,
            related_information=related or None,
        )

    def text_edits(self, source: Source, edits: Iterable[Edit]) -> list[lsp.TextEdit]:
        """The edits of one source."""
        return [lsp.TextEdit(self.range(source, edit.span), edit.text) for edit in edits]

    def workspace_edit(
        self, edits: Sequence[Edit], sources: Mapping[str, Source]
    ) -> lsp.WorkspaceEdit:
        """Edits of several files."""
        paths = dict.fromkeys(edit.span.path for edit in edits)
        return lsp.WorkspaceEdit(
            changes={
                self.documents.uri(path): self.text_edits(
                    sources[path], [edit for edit in edits if edit.span.path == path]
                )
                for path in paths
            }
        )

    def item(
        self, item: CompletionItem, replaced_range: lsp.Range, snippets: bool
    ) -> lsp.CompletionItem:
        """One completion, which replaces the word before the place."""
        has_snippet = bool(item.snippet) and snippets
        text = item.snippet if has_snippet else item.label
        rank = _ORDER.index(item.kind) if item.kind in _ORDER else len(_ORDER)
        documentation = None
        if item.documentation:
            documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, item.documentation)
        return lsp.CompletionItem(
            label=item.label,
            kind=_KINDS[item.kind],
            detail=item.detail or None,
            documentation=documentation,
            sort_text=f"{rank}{item.label}",
            filter_text=item.label,
            insert_text_format=(
                lsp.InsertTextFormat.Snippet if has_snippet else lsp.InsertTextFormat.PlainText
            ),
            text_edit=lsp.TextEdit(replaced_range, text),
        )
