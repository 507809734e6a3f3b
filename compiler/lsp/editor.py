"""The answers to an editor's questions, without the way on which they come and go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types as lsp

from ssbt.compiler.diagnostics.allowances import allowance_edit
from ssbt.compiler.diagnostics.fixes import accepted_edits
from ssbt.compiler.diagnostics.masking import mask_findings
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.driver import format_source
from ssbt.compiler.lsp import renaming
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.completion import Completion, complete
from ssbt.compiler.lsp.configured import configured_name, is_configuration
from ssbt.compiler.lsp.conversion import Converter
from ssbt.compiler.lsp.documents import path_of
from ssbt.compiler.lsp.hover import find_hover
from ssbt.compiler.lsp.path_completion import complete_path
from ssbt.compiler.lsp.positions import Units
from ssbt.compiler.lsp.projects import is_in_project, with_project
from ssbt.compiler.lsp.resolved_names import ResolvedName
from ssbt.compiler.lsp.setting_completion import setting_name_items
from ssbt.compiler.lsp.symbol_index import symbol_index
from ssbt.compiler.lsp.symbols import Symbol, symbols
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.compiler.source import Source, Span

SYMBOL_KINDS = {
    "pipeline": lsp.SymbolKind.Module,
    "param": lsp.SymbolKind.Constant,
    "secret": lsp.SymbolKind.Key,
    "connection": lsp.SymbolKind.Interface,
    "schema": lsp.SymbolKind.Struct,
    "column": lsp.SymbolKind.Field,
    "source": lsp.SymbolKind.Interface,
    "let": lsp.SymbolKind.Variable,
    "transform": lsp.SymbolKind.Function,
    "sink": lsp.SymbolKind.Event,
    "maintain": lsp.SymbolKind.Event,
}


class Editor:
    """One client: its buffers and how it counts."""

    def __init__(self) -> None:
        self.workspace = Workspace()
        self.snippets = False
        self.converter = Converter(self.workspace.documents, Units.UTF16)

    def count_in(self, units: Units) -> None:
        """Set what a `character` of a position is."""
        self.converter = Converter(self.workspace.documents, units)

    def diagnostics(self, path: str) -> dict[str, list[lsp.Diagnostic]]:
        """The diagnostics of a file and of what it imports, by path."""
        checked = with_project(self.workspace, self.workspace.check(path))
        by_path: dict[str, list[lsp.Diagnostic]] = {name: [] for name in checked.sources}
        for each in mask_findings(checked.findings, checked.sources):
            diagnostic = self.converter.diagnostic(each, checked.sources)
            by_path.setdefault(each.primary.span.path, []).append(diagnostic)
        return by_path

    def open_roots(self, path: str) -> tuple[str, ...]:
        """The open files whose findings may change with `path`, those of its project last."""
        roots = self.workspace.open_roots(path)
        other_paths = (each for each in self.workspace.documents.paths if each not in roots)
        return (*roots, *(each for each in other_paths if is_in_project(each, path)))

    def hover(self, uri: str, position: lsp.Position) -> lsp.Hover | None:
        """What is known of the word at a position."""
        analysis, path, offset = self._locate(uri, position)
        hover_info = find_hover(analysis, path, offset)
        if hover_info is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, hover_info.text)
        return lsp.Hover(content, self.converter.range(analysis.sources[path], hover_info.span))

    def completion(self, uri: str, position: lsp.Position) -> lsp.CompletionList:
        """What can be written at a position."""
        analysis, path, offset = self._locate(uri, position)
        completion_result = self._string_completion(analysis, path, offset) or complete(
            analysis, path, offset
        )
        if completion_result is None:
            return lsp.CompletionList(is_incomplete=False, items=[])
        replaced = self.converter.range(
            analysis.sources[path], Span(path, completion_result.start, offset)
        )
        items = [
            self.converter.item(item, replaced, self.snippets) for item in completion_result.items
        ]
        return lsp.CompletionList(is_incomplete=False, items=items)

    def _string_completion(self, analysis: Analysis, path: str, offset: int) -> Completion | None:
        """What can be written in a string: a path, or the name of a setting."""
        source = analysis.sources.get(path)
        if source is None:
            return None
        paths = complete_path(path, source.text, offset, self.workspace.text)
        if paths is not None:
            return Completion(paths.start, paths.items)
        settings = setting_name_items(analysis, source, offset)
        return Completion(settings[0], tuple(settings[1])) if settings is not None else None

    def definition(self, uri: str, position: lsp.Position) -> list[lsp.Location]:
        """Where the thing at a position is declared; of an import, the file."""
        analysis, path, offset = self._locate(uri, position)
        for span, target in analysis.imports.items():
            if (
                span.path == path
                and span.start <= offset <= span.end
                and target in analysis.sources
            ):
                return [self.converter.location(analysis.sources, Span(target, 0, 0))]
        names = symbol_index(analysis)
        mention = names.find_at(path, offset)
        spans = names.definitions(mention) if mention is not None else ()
        return [self.converter.location(analysis.sources, span) for span in spans]

    def references(self, uri: str, position: lsp.Position, declaration: bool) -> list[lsp.Location]:
        """All uses of the thing at a position, in all files of the workspace that share it."""
        path = path_of(uri)
        analysis, _, offset = self._locate(uri, position)
        mention = symbol_index(analysis).find_at(path, offset)
        if mention is None:
            return []
        locations: dict[Span, lsp.Location] = {}
        for shared in renaming.find_sharing_files(self.workspace, mention):
            for each in shared.mentions:
                if declaration or not each.defines:
                    sources = shared.analysis.sources
                    locations[each.span] = self.converter.location(sources, each.span)
        return [locations[span] for span in sorted(locations)]

    def prepare_rename(self, uri: str, position: lsp.Position) -> tuple[lsp.Range, str]:
        """The place and the text of the name at a position; raises RefusedError."""
        path = path_of(uri)
        if is_configuration(path):
            source = Source(path, self.workspace.text(path))
            span, _ = self._find_configured_name(source, position)
        else:
            analysis, path, offset = self._locate(uri, position)
            span = renaming.find_renamable(self.workspace, path, offset).span
            source = analysis.sources[path]
        return self.converter.range(source, span), source.text[span.start : span.end]

    def rename_edits(self, uri: str, position: lsp.Position, name: str) -> lsp.WorkspaceEdit:
        """The edits that rename the thing at a position; raises RefusedError."""
        path = path_of(uri)
        if is_configuration(path):
            _, declared = self._find_configured_name(
                Source(path, self.workspace.text(path)), position
            )
            path, offset = declared.span.path, declared.span.start
        else:
            _, path, offset = self._locate(uri, position)
        result = renaming.rename_symbol(self.workspace, path, offset, name)
        return self.converter.workspace_edit(result.edits, result.sources)

    def _find_configured_name(self, source: Source, at: lsp.Position) -> tuple[Span, ResolvedName]:
        """The name at a position of a file of configuration, and its declaration."""
        target = configured_name(self.workspace, source.path, self.converter.offset(source, at))
        if target is None:
            raise renaming.RenameRefusedError(
                "no pipeline of this workspace declares what is named here"
            )
        return target

    def symbols(self, uri: str) -> list[lsp.DocumentSymbol]:
        """The outline of a file."""
        path = path_of(uri)
        analysis = self.workspace.analyze(path)
        source = analysis.sources.get(path)
        if source is None:
            return []
        return [self._convert_symbol(source, each) for each in symbols(analysis, path)]

    def formatting_edits(self, uri: str) -> list[lsp.TextEdit] | None:
        """The one edit that lays a file out; None where it does not parse or is laid out."""
        path = path_of(uri)
        source = self.workspace.documents.source(path)
        text, _ = format_source(source) if source is not None else (None, ())
        if source is None or text is None or text == source.text:
            return None
        return self.converter.text_edits(source, [_minimal_edit(source, text)])

    def code_actions(self, uri: str, within: lsp.Range) -> list[lsp.CodeAction]:
        """The fixes of findings in a range, one for the whole file, and comments by which
        warnings are allowed."""
        path = path_of(uri)
        analysis = with_project(self.workspace, self.workspace.best_analysis(path))
        source = analysis.sources.get(path)
        if source is None:
            return []
        start = self.converter.offset(source, within.start)
        end = self.converter.offset(source, within.end)
        fixable = [
            each for each in analysis.findings if each.fix and each.primary.span.path == path
        ]
        in_range = [
            each
            for each in fixable
            if each.primary.span.start <= end and start <= each.primary.span.end
        ]
        actions = [self._fix_action(analysis, each) for each in in_range]
        if in_range and len(fixable) > 1:
            edit = self.converter.workspace_edit(accepted_edits(fixable), analysis.sources)
            title = f"Fix all {len(fixable)} that can be fixed in this file"
            actions.append(lsp.CodeAction(title, kind=lsp.CodeActionKind.SourceFixAll, edit=edit))
        for each in analysis.findings:
            span = each.primary.span
            if span.path == path and span.start <= end and start <= span.end:
                actions += self._allowance_actions(analysis, each)
        return actions

    def _allowance_actions(
        self, analysis: Analysis, finding: Diagnostic
    ) -> Iterator[lsp.CodeAction]:
        """The comment that says that a warning is meant, above its line."""
        edit = allowance_edit(analysis.sources[finding.primary.span.path], finding)
        if edit is not None:
            (shown,) = mask_findings([finding], analysis.sources)
            yield lsp.CodeAction(
                title=f"Allow {finding.code.number} here",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self.converter.diagnostic(shown, analysis.sources)],
                edit=self.converter.workspace_edit([edit], analysis.sources),
            )

    def _fix_action(self, analysis: Analysis, finding: Diagnostic) -> lsp.CodeAction:
        (shown,) = mask_findings([finding], analysis.sources)
        return lsp.CodeAction(
            title=_fix_title(shown),
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[self.converter.diagnostic(shown, analysis.sources)],
            is_preferred=True,
            edit=self.converter.workspace_edit(accepted_edits([finding]), analysis.sources),
        )

    def _convert_symbol(self, source: Source, symbol: Symbol) -> lsp.DocumentSymbol:
        return lsp.DocumentSymbol(
            name=symbol.name,
            kind=SYMBOL_KINDS.get(symbol.word, lsp.SymbolKind.Object),
            range=self.converter.range(source, symbol.span),
            selection_range=self.converter.range(source, symbol.name_span),
            detail=" ".join(part for part in (symbol.word, symbol.detail) if part),
            children=[self._convert_symbol(source, each) for each in symbol.children],
        )

    def _locate(self, uri: str, position: lsp.Position) -> tuple[Analysis, str, int]:
        """The analysis that says most of a file, its path, and an offset in it."""
        path = path_of(uri)
        analysis = self.workspace.best_analysis(path)
        source = analysis.sources.get(path, Source(path, ""))
        return analysis, path, self.converter.offset(source, position)


def _fix_title(finding: Diagnostic) -> str:
    """What a fix does, in a few words."""
    if len(finding.fix) == 1 and (text := finding.fix[0].text.strip()) and "\n" not in text:
        return f"Write `{text}`" if "`" not in text else f"Write {text}"
    return f"Fix: {finding.help[0]}" if finding.help else f"Fix {finding.code.number}"


def _minimal_edit(source: Source, text: str) -> Edit:
    """One edit from a source's text to another, without what they share at both ends."""
    old = source.text
    limit = min(len(old), len(text))
    start = next((i for i in range(limit) if old[i] != text[i]), limit)
    rest = limit - start
    end = next((i for i in range(rest) if old[-1 - i] != text[-1 - i]), rest)
    # A pair of CR and LF is never taken apart: editors have no place between the two.
    start -= start > 0 and old[start - 1] == "\r"
    end -= end > 0 and old[-end] == "\n" and old[-end - 1 : -end] == "\r"
    return Edit(Span(source.path, start, len(old) - end), text[start : len(text) - end])


def merge_diagnostics(groups: Iterable[list[lsp.Diagnostic]]) -> list[lsp.Diagnostic]:
    """Diagnostics of several pipelines that share a file, each once."""
    unique: list[lsp.Diagnostic] = []
    for each in groups:
        unique += (diagnostic for diagnostic in each if diagnostic not in unique)
    return unique
