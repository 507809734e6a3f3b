"""The language server: requests and notifications to the answers of `Editor`."""

from __future__ import annotations

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from ssbt.compiler.lsp.documents import Change
from ssbt.compiler.lsp.renaming import RenameRefusedError
from ssbt.compiler.lsp.server_base import Server
from ssbt.compiler.lsp.server_views import add_views

_TRIGGERS = [".", "{", "=", ">", "[", "("]


def create_server() -> Server:
    """A server with all its features."""
    server = Server()
    _add_lifecycle(server)
    _add_questions(server)
    _add_changes(server)
    add_views(server)
    return server


def _add_lifecycle(server: Server) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(ls: Server, params: lsp.InitializeParams) -> None:
        ls.adopt_client(params)

    @server.feature(lsp.INITIALIZED)
    def handle_initialized(ls: Server, params: lsp.InitializedParams) -> None:
        ls.adopt_position_encoding()
        ls.reduce_garbage_collection()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def handle_open(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        path = ls.editor.workspace.documents.open(document.uri, document.text)
        ls.schedule_publishing(path)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def handle_change(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        changes = [_convert_change(each) for each in params.content_changes]
        units = ls.editor.converter.units
        uri = params.text_document.uri
        ls.schedule_publishing(ls.editor.workspace.documents.change(uri, changes, units))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def handle_close(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        path = ls.editor.workspace.documents.close(params.text_document.uri)
        ls.forget_file(path)
        for other in ls.editor.workspace.documents.paths:
            ls.schedule_publishing(other)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def handle_watched_files(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
        for other in ls.editor.workspace.documents.paths:
            ls.schedule_publishing(other)


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
        return ls.editor.formatting_edits(params.text_document.uri)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
    )
    def actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return ls.editor.code_actions(params.text_document.uri, params.range)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(ls: Server, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        try:
            name_range, text = ls.editor.prepare_rename(params.text_document.uri, params.position)
        except RenameRefusedError:
            return None
        return lsp.PrepareRenamePlaceholder(name_range, text)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        try:
            return ls.editor.rename_edits(
                params.text_document.uri, params.position, params.new_name
            )
        except RenameRefusedError as refused:
            raise JsonRpcInvalidParams(str(refused)) from refused


def _convert_change(change: lsp.TextDocumentContentChangeEvent) -> Change:
    if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
        return change.text
    start, end = change.range.start, change.range.end
    return (start.line, start.character), (end.line, end.character), change.text
