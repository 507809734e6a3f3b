"""The server's views: what an editor draws beside the text, and the commands of its lenses."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from ssbt.compiler.lsp import commands
from ssbt.compiler.lsp.code_lenses import COMPILE, OPEN_SCRIPT, RUN_TEST, RUN_TESTS
from ssbt.compiler.lsp.documents import path_of, uri_of
from ssbt.compiler.lsp.editor_views import EditorViews
from ssbt.compiler.lsp.semantic_tokens import MODIFIERS, TYPES
from ssbt.compiler.lsp.server_base import Server

_LEGEND = lsp.SemanticTokensLegend(list(TYPES), list(MODIFIERS))
_SIGNATURES = lsp.SignatureHelpOptions(trigger_characters=["(", ","])


def add_views(server: Server) -> None:
    """Register what is drawn."""
    _add_drawings(server)
    _add_ranges(server)
    _add_commands(server)


def _add_drawings(server: Server) -> None:
    views = EditorViews(server.editor)

    @server.feature(
        lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
        lsp.SemanticTokensRegistrationOptions(legend=_LEGEND, full=True, range=True),
    )
    def tokens(params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        return views.semantic_tokens(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        return views.folding(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    def lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        return views.lenses(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_SYMBOL)
    def symbols(params: lsp.WorkspaceSymbolParams) -> list[lsp.WorkspaceSymbol]:
        return views.workspace_symbols(params.query)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlights(params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
        return views.highlights(params.text_document.uri, params.position)


def _add_ranges(server: Server) -> None:
    views = EditorViews(server.editor)

    @server.feature(lsp.TEXT_DOCUMENT_SIGNATURE_HELP, _SIGNATURES)
    def signature(params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
        # The form of a step is shown to who asks for it: a comma alone does not.
        return views.signature_help(
            params.text_document.uri, params.position, _is_triggered_by_typing(params.context)
        )

    @server.feature(
        lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE,
        lsp.SemanticTokensRegistrationOptions(legend=_LEGEND, full=True, range=True),
    )
    def tokens(params: lsp.SemanticTokensRangeParams) -> lsp.SemanticTokens:
        return views.semantic_tokens(params.text_document.uri, params.range)

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        return views.hints(params.text_document.uri, params.range)

    @server.feature(lsp.TEXT_DOCUMENT_RANGE_FORMATTING)
    def formatting(params: lsp.DocumentRangeFormattingParams) -> list[lsp.TextEdit]:
        return views.range_formatting_edits(params.text_document.uri, params.range)


def _add_commands(server: Server) -> None:
    @server.command(COMPILE)
    async def compile_(ls: Server, uri: str) -> dict[str, Any]:
        run = commands.compile_command(path_of(uri), ls.editor.workspace.folders)
        return await _run_and_report(ls, uri, run, "compiled")

    @server.command(OPEN_SCRIPT)
    async def open_script(ls: Server, uri: str) -> dict[str, Any]:
        """Compile, so that the script is that of the text, and show it."""
        path, folders = path_of(uri), ls.editor.workspace.folders
        script = commands.script_path(ls.editor.workspace.analyze(path), folders)
        result = await _run_and_report(ls, uri, commands.compile_command(path, folders), "")
        if script is not None and result["exitCode"] == 0:
            result["script"] = uri_of(script)
            if _can_show_documents(ls):
                request = lsp.ShowDocumentParams(uri_of(script), take_focus=True)
                await ls.window_show_document_async(request)
        return result

    @server.command(RUN_TEST)
    async def run_test(ls: Server, uri: str, name: str) -> dict[str, Any]:
        run = commands.command_of_test(path_of(uri), name, ls.editor.workspace.folders)
        return await _run_and_report(ls, uri, run, f"passed: {name}")

    @server.command(RUN_TESTS)
    async def run_tests(ls: Server, uri: str) -> dict[str, Any]:
        run = commands.command_of_test(path_of(uri), None, ls.editor.workspace.folders)
        return await _run_and_report(ls, uri, run, "all tests passed")


def _is_triggered_by_typing(context: lsp.SignatureHelpContext | None) -> bool:
    """Whether help comes up by itself, because of a sign that was typed."""
    invoked = lsp.SignatureHelpTriggerKind.Invoked
    return context is not None and not context.is_retrigger and context.trigger_kind is not invoked


def _can_show_documents(server: Server) -> bool:
    window = server.client_capabilities.window
    return bool(window is not None and window.show_document and window.show_document.support)


async def _run_and_report(
    server: Server, uri: str, run: commands.CommandRun, success: str
) -> dict[str, Any]:
    """The exit code and the output of a run, which the client's log shows as it comes."""
    path = path_of(uri)
    source = server.editor.workspace.documents.source(path)
    output: list[str] = []
    if source is not None and source.text != server.editor.workspace.saved_text(path):
        _show_message(
            server, lsp.MessageType.Warning, f"{path} is not saved: this is of the saved file"
        )

    def report_line(line: str) -> None:
        output.append(line)
        server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, line))

    code = await commands.run_command(run, report_line)
    if code:
        text = next((line for line in reversed(output) if line.strip()), "")
        _show_message(
            server, lsp.MessageType.Error, f"ssbtc {run.arguments[0]} ended with {code}: {text}"
        )
    elif success:
        _show_message(server, lsp.MessageType.Info, f"{path.rpartition('/')[2]}: {success}")
    return {"exitCode": code, "output": "\n".join(output)}


def _show_message(server: Server, message_type: lsp.MessageType, text: str) -> None:
    server.window_show_message(lsp.ShowMessageParams(message_type, text))
