"""The answers to an editor's questions, without the way on which they come and go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types as lsp

from ssbt.compiler.diagnostics.allowances import allowing_edit
from ssbt.compiler.diagnostics.fixes import accepted_edits
from ssbt.compiler.diagnostics.model import Diagnostic, Edit
from ssbt.compiler.driver import formatted
from ssbt.compiler.lsp import rename
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.completion import Completion, completion
from ssbt.compiler.lsp.configured import configured_name, is_configuration
from ssbt.compiler.lsp.conversion import Converter
from ssbt.compiler.lsp.documents import path_of
from ssbt.compiler.lsp.hover import hover
from ssbt.compiler.lsp.path_completion import path_completion
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

    def findings(self, path: str) -> dict[str, list[lsp.Diagnostic]]:
        """The diagnostics of a file and of what it imports, by path."""
        made = with_project(self.workspace, self.workspace.analysis(path))
        found: dict[str, list[lsp.Diagnostic]] = {name: [] for name in made.sources}
        for each in made.findings:
            diagnostic = self.converter.diagnostic(each, made.sources)
            found.setdefault(each.primary.span.path, []).append(diagnostic)
        return found

    def open_roots(self, path: str) -> tuple[str, ...]:
        """The open files whose findings may change with `path`, those of its project last."""
        roots = self.workspace.open_roots(path)
        others = (each for each in self.workspace.documents.paths if each not in roots)
        return (*roots, *(each for each in others if is_in_project(each, path)))

    def hover(self, uri: str, at: lsp.Position) -> lsp.Hover | None:
        """What is known of the word at a position."""
        made, path, offset = self._place(uri, at)
        found = hover(made, path, offset)
        if found is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
        return lsp.Hover(content, self.converter.range(made.sources[path], found.span))

    def completion(self, uri: str, at: lsp.Position) -> lsp.CompletionList:
        """What can be written at a position."""
        made, path, offset = self._place(uri, at)
        found = self._string_completion(made, path, offset) or completion(made, path, offset)
        if found is None:
            return lsp.CompletionList(is_incomplete=False, items=[])
        replaced = self.converter.range(made.sources[path], Span(path, found.start, offset))
        items = [self.converter.item(item, replaced, self.snippets) for item in found.items]
        return lsp.CompletionList(is_incomplete=False, items=items)

    def _string_completion(self, made: Analysis, path: str, offset: int) -> Completion | None:
        """What can be written in a string: a path, or the name of a setting."""
        source = made.sources.get(path)
        if source is None:
            return None
        paths = path_completion(path, source.text, offset, self.workspace.text)
        if paths is not None:
            return Completion(paths.start, paths.items)
        settings = setting_name_items(made, source, offset)
        return Completion(settings[0], tuple(settings[1])) if settings is not None else None

    def definition(self, uri: str, at: lsp.Position) -> list[lsp.Location]:
        """Where the thing at a position is declared; of an import, the file."""
        made, path, offset = self._place(uri, at)
        for span, target in made.imports.items():
            if span.path == path and span.start <= offset <= span.end and target in made.sources:
                return [self.converter.location(made.sources, Span(target, 0, 0))]
        names = symbol_index(made)
        mention = names.at(path, offset)
        spans = names.definitions(mention) if mention is not None else ()
        return [self.converter.location(made.sources, span) for span in spans]

    def references(self, uri: str, at: lsp.Position, declaration: bool) -> list[lsp.Location]:
        """All uses of the thing at a position, in all files of the workspace that share it."""
        path = path_of(uri)
        made, _, offset = self._place(uri, at)
        mention = symbol_index(made).at(path, offset)
        if mention is None:
            return []
        found: dict[Span, lsp.Location] = {}
        for shared in rename.sharing(self.workspace, mention):
            for each in shared.mentions:
                if declaration or not each.defines:
                    sources = shared.analysis.sources
                    found[each.span] = self.converter.location(sources, each.span)
        return [found[span] for span in sorted(found)]

    def renamable(self, uri: str, at: lsp.Position) -> tuple[lsp.Range, str]:
        """The place and the text of the name at a position; raises RefusedError."""
        path = path_of(uri)
        if is_configuration(path):
            source = Source(path, self.workspace.text(path))
            span, _ = self._configured(source, at)
        else:
            made, path, offset = self._place(uri, at)
            span = rename.renamable(self.workspace, path, offset).span
            source = made.sources[path]
        return self.converter.range(source, span), source.text[span.start : span.end]

    def renamed(self, uri: str, at: lsp.Position, name: str) -> lsp.WorkspaceEdit:
        """The edits that rename the thing at a position; raises RefusedError."""
        path = path_of(uri)
        if is_configuration(path):
            _, declared = self._configured(Source(path, self.workspace.text(path)), at)
            path, offset = declared.span.path, declared.span.start
        else:
            _, path, offset = self._place(uri, at)
        found = rename.renamed(self.workspace, path, offset, name)
        return self.converter.workspace_edit(found.edits, found.sources)

    def _configured(self, source: Source, at: lsp.Position) -> tuple[Span, ResolvedName]:
        """The name at a position of a file of configuration, and its declaration."""
        found = configured_name(self.workspace, source.path, self.converter.offset(source, at))
        if found is None:
            raise rename.RefusedError("no pipeline of this workspace declares what is named here")
        return found

    def symbols(self, uri: str) -> list[lsp.DocumentSymbol]:
        """The outline of a file."""
        path = path_of(uri)
        made = self.workspace.analysis(path)
        source = made.sources.get(path)
        if source is None:
            return []
        return [self._symbol(source, each) for each in symbols(made, path)]

    def formatted(self, uri: str) -> list[lsp.TextEdit] | None:
        """The one edit that lays a file out; None where it does not parse or is laid out."""
        path = path_of(uri)
        source = self.workspace.documents.source(path)
        text, _ = formatted(source) if source is not None else (None, ())
        if source is None or text is None or text == source.text:
            return None
        return self.converter.text_edits(source, [_difference(source, text)])

    def actions(self, uri: str, within: lsp.Range) -> list[lsp.CodeAction]:
        """The fixes of findings in a range, one of all that the file has, and comments by which
        warnings are allowed."""
        path = path_of(uri)
        made = with_project(self.workspace, self.workspace.context(path))
        source = made.sources.get(path)
        if source is None:
            return []
        start = self.converter.offset(source, within.start)
        end = self.converter.offset(source, within.end)
        fixable = [each for each in made.findings if each.fix and each.primary.span.path == path]
        here = [
            each
            for each in fixable
            if each.primary.span.start <= end and start <= each.primary.span.end
        ]
        actions = [self._action(made, each) for each in here]
        if here and len(fixable) > 1:
            edit = self.converter.workspace_edit(accepted_edits(fixable), made.sources)
            title = f"Fix all {len(fixable)} that can be fixed in this file"
            actions.append(lsp.CodeAction(title, kind=lsp.CodeActionKind.SourceFixAll, edit=edit))
        for each in made.findings:
            place = each.primary.span
            if place.path == path and place.start <= end and start <= place.end:
                actions += self._allowances(made, each)
        return actions

    def _allowances(self, made: Analysis, found: Diagnostic) -> Iterator[lsp.CodeAction]:
        """The comment that says that a warning is meant, above its line."""
        edit = allowing_edit(made.sources[found.primary.span.path], found)
        if edit is not None:
            yield lsp.CodeAction(
                title=f"Allow {found.code.number} here",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self.converter.diagnostic(found, made.sources)],
                edit=self.converter.workspace_edit([edit], made.sources),
            )

    def _action(self, made: Analysis, found: Diagnostic) -> lsp.CodeAction:
        return lsp.CodeAction(
            title=_title(found),
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[self.converter.diagnostic(found, made.sources)],
            is_preferred=True,
            edit=self.converter.workspace_edit(accepted_edits([found]), made.sources),
        )

    def _symbol(self, source: Source, of: Symbol) -> lsp.DocumentSymbol:
        return lsp.DocumentSymbol(
            name=of.name,
            kind=SYMBOL_KINDS.get(of.word, lsp.SymbolKind.Object),
            range=self.converter.range(source, of.whole),
            selection_range=self.converter.range(source, of.place),
            detail=" ".join(part for part in (of.word, of.detail) if part),
            children=[self._symbol(source, each) for each in of.inside],
        )

    def _place(self, uri: str, at: lsp.Position) -> tuple[Analysis, str, int]:
        """The analysis that says most of a file, its path, and an offset in it."""
        path = path_of(uri)
        made = self.workspace.context(path)
        source = made.sources.get(path, Source(path, ""))
        return made, path, self.converter.offset(source, at)


def _title(found: Diagnostic) -> str:
    """What a fix does, in a few words."""
    if len(found.fix) == 1 and (text := found.fix[0].text.strip()) and "\n" not in text:
        return f"Write `{text}`" if "`" not in text else f"Write {text}"
    return f"Fix: {found.help[0]}" if found.help else f"Fix {found.code.number}"


def _difference(source: Source, text: str) -> Edit:
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


def merged(found: Iterable[list[lsp.Diagnostic]]) -> list[lsp.Diagnostic]:
    """Diagnostics of several pipelines that share a file, each once."""
    unique: list[lsp.Diagnostic] = []
    for each in found:
        unique += (diagnostic for diagnostic in each if diagnostic not in unique)
    return unique
