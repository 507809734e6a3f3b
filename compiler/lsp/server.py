"""The language server: requests and notifications to the answers of `Editor`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.lsp.documents import Change, path_of
from ssbt.compiler.lsp.editor import Editor, merged
from ssbt.compiler.lsp.positions import Units
from ssbt.compiler.lsp.rename import RefusedError

# How long the keyboard rests, in seconds, before the text is looked at.
PAUSE = 0.15
_TRIGGERS = [".", "{", "=", ">", "[", "("]


class Server(LanguageServer):
    """One client's server; diagnostics are published some time after the last change."""

    def __init__(self) -> None:
        super().__init__(
            "ssbtc", VERSION, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental
        )
        self.editor = Editor()
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._by_root: dict[str, dict[str, list[lsp.Diagnostic]]] = {}

    def begin(self, params: lsp.InitializeParams) -> None:
        """Take over what the client says of itself."""
        folders = [folder.uri for folder in params.workspace_folders or ()]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        self.editor.workspace.folders = [path_of(uri) for uri in folders]
        self.editor.snippets = _has_snippets(params.capabilities)

    def agree(self) -> None:
        """Count as the client and the server have agreed to."""
        encoding = self.workspace.position_encoding
        self.editor.count_in(Units(str(getattr(encoding, "value", encoding) or "utf-16")))

    def later(self, path: str) -> None:
        """Look at what a change of this file may concern, once no other has come for a while."""
        for root in self.editor.open_roots(path):
            if (waiting := self._waiting.pop(root, None)) is not None:
                waiting.cancel()
            loop = asyncio.get_running_loop()
            self._waiting[root] = loop.call_later(PAUSE, self.publish, root)

    def publish(self, root: str) -> None:
        """Tell what is found in a file and in what it imports."""
        self._waiting.pop(root, None)
        before = self._by_root.get(root, {})
        self._by_root[root] = self.editor.findings(root)
        self._tell({**before, **self._by_root[root]})

    def forget(self, path: str) -> None:
        """Take back the findings of a file that was closed."""
        if (waiting := self._waiting.pop(path, None)) is not None:
            waiting.cancel()
        self.editor.workspace.forget(path)
        self._tell(self._by_root.pop(path, {}))

    def _tell(self, paths: Iterable[str]) -> None:
        for path in paths:
            found = merged(each.get(path, []) for each in self._by_root.values())
            uri = self.editor.workspace.documents.uri(path)
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found))


def new_server() -> Server:
    """A server with all its features."""
    server = Server()
    _add_lifecycle(server)
    _add_questions(server)
    _add_changes(server)
    return server


def _add_lifecycle(server: Server) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(ls: Server, params: lsp.InitializeParams) -> None:
        ls.begin(params)

    @server.feature(lsp.INITIALIZED)
    def initialized(ls: Server, params: lsp.InitializedParams) -> None:
        ls.agree()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        path = ls.editor.workspace.documents.open(document.uri, document.text)
        ls.later(path)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        changes = [_change(each) for each in params.content_changes]
        units = ls.editor.converter.units
        uri = params.text_document.uri
        ls.later(ls.editor.workspace.documents.change(uri, changes, units))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        path = ls.editor.workspace.documents.close(params.text_document.uri)
        ls.forget(path)
        for other in ls.editor.workspace.documents.paths:
            ls.later(other)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
        for other in ls.editor.workspace.documents.paths:
            ls.later(other)


def _add_questions(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        return ls.editor.hover(params.text_document.uri, params.position)

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    def completion(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
        return ls.editor.completion(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
        return ls.editor.definition(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
        declaration = params.context.include_declaration
        return ls.editor.references(params.text_document.uri, params.position, declaration)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return ls.editor.symbols(params.text_document.uri)


def _add_changes(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatting(ls: Server, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        return ls.editor.formatted(params.text_document.uri)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
    )
    def actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return ls.editor.actions(params.text_document.uri, params.range)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(ls: Server, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        try:
            found, text = ls.editor.renamable(params.text_document.uri, params.position)
        except RefusedError:
            return None
        return lsp.PrepareRenamePlaceholder(found, text)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        try:
            return ls.editor.renamed(params.text_document.uri, params.position, params.new_name)
        except RefusedError as refused:
            raise JsonRpcInvalidParams(str(refused)) from refused


def _change(change: lsp.TextDocumentContentChangeEvent) -> Change:
    if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
        return change.text
    start, end = change.range.start, change.range.end
    return (start.line, start.character), (end.line, end.character), change.text


def _has_snippets(client: lsp.ClientCapabilities) -> bool:
    document = client.text_document
    completion = document.completion if document is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)
