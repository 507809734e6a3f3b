"""The real process, spoken to as an editor does."""

from __future__ import annotations

import asyncio
from pathlib import Path
import sys
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
import pytest
import pytest_lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

pytestmark = pytest.mark.asyncio(loop_scope="module")
SSBTC = [sys.executable, "-c", "from ssbt.compiler.cli.main import main; main()", "lsp"]
# In looks, 20 a second: the machine may be ten times slower, and other files wait for quiet.
PATIENCE = 2400
LIBRARY = "schema Order {\n  id: bigint\n  amount: int\n}\n"
# Before `Order` stands a character of two units.
MAIN = """\
import "library.ssbt" # 𠮷
source orders from csv { path = "𠮷", schema = Order }
let large = from orders |> where amount > 1
let unused = from orders
sink large to noop { }
pipeline shop { }
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for these tests alone: the server looks into 5,000 folders of a workspace."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture
def tmp_path(workspace: Path, request: pytest.FixtureRequest) -> Path:
    folder = workspace / str(request.node.name)
    folder.mkdir()
    return folder


@pytest_lsp.fixture(scope="module", config=ClientServerConfig(server_command=SSBTC))
async def client(lsp_client: LanguageClient, workspace: Path):
    capabilities = client_capabilities("visual_studio_code")
    folder = lsp.WorkspaceFolder(workspace.as_uri(), "w")
    parameters = lsp.InitializeParams(capabilities=capabilities, workspace_folders=[folder])
    await lsp_client.initialize_session(parameters)
    yield
    await lsp_client.shutdown_session()


class Session:
    """A folder with two files, the main one open."""

    def __init__(self, client: Any, folder: Path) -> None:
        self.client = client
        self.main = (folder / "main.ssbt").as_uri()
        self.library = (folder / "library.ssbt").as_uri()
        (folder / "library.ssbt").write_text(LIBRARY)
        (folder / "main.ssbt").write_text(MAIN)
        self.versions: dict[str, int] = {}
        self.document = lsp.TextDocumentIdentifier(self.main)

    def open(self, uri: str, text: str) -> None:
        item = lsp.TextDocumentItem(uri, "ssbt", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def change(self, uri: str, line: int, start: int, end: int, text: str) -> None:
        self.versions[uri] = self.versions.get(uri, 1) + 1
        place = lsp.Range(lsp.Position(line, start), lsp.Position(line, end))
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.versions[uri], uri),
                [lsp.TextDocumentContentChangePartial(range=place, text=text)],
            )
        )

    async def diagnostic_of(self, uri: str, code: str) -> lsp.Diagnostic:
        """The one diagnostic of a file, once it has this code."""
        for _ in range(PATIENCE):
            diagnostics: list[lsp.Diagnostic] = list(self.client.diagnostics.get(uri, ()))
            if [each.code for each in diagnostics] == [code]:
                return diagnostics[0]
            await asyncio.sleep(0.05)
        pytest.fail(f"there is no {code} alone but {diagnostics}")


@pytest.fixture
def session(client: LanguageClient, tmp_path: Path) -> Session:
    return Session(client, tmp_path)


async def test_diagnostics_while_typing(session: Session):
    session.open(session.main, MAIN)
    unused = await session.diagnostic_of(session.main, "SSBT0209")
    assert list(unused.tags or ()) == [lsp.DiagnosticTag.Unnecessary]
    assert unused.severity is lsp.DiagnosticSeverity.Warning
    assert unused.code_description is not None
    page = unused.code_description.href
    assert "SSBT0209" in Path(page.removeprefix("file://")).read_text()

    # Behind a character of two units, on one line with the pipeline: `Order` becomes `Ordre`.
    column = MAIN.splitlines()[1].index("Order") + 1
    session.change(session.main, 1, column, column + 5, "Ordre")
    wrong = await session.diagnostic_of(session.main, "SSBT0205")
    assert wrong.message == "there is no schema `Ordre`\ndid you mean `Order`?"
    assert (wrong.range.start, wrong.range.end) == (
        lsp.Position(1, column),
        lsp.Position(1, column + 5),
    )


async def test_an_unsaved_import(session: Session):
    session.open(session.main, MAIN)
    session.open(session.library, LIBRARY)
    await session.diagnostic_of(session.main, "SSBT0209")
    session.change(session.library, 2, 2, 8, "total")
    await session.diagnostic_of(session.main, "SSBT0202")
    session.client.text_document_did_close(
        lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(session.library))
    )
    await session.diagnostic_of(session.main, "SSBT0209")


async def test_an_import_that_changes_on_the_disk(session: Session):
    session.open(session.main, MAIN)
    await session.diagnostic_of(session.main, "SSBT0209")
    path = Path(session.library.removeprefix("file://"))
    path.write_text(LIBRARY.replace("amount", "total"))
    event = lsp.FileEvent(session.library, lsp.FileChangeType.Changed)
    session.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
    await session.diagnostic_of(session.main, "SSBT0202")


async def test_questions(session: Session):
    session.open(session.main, MAIN)
    client, document = session.client, session.document
    at = lsp.Position(2, MAIN.splitlines()[2].index("amount") + 2)
    hover = await client.text_document_hover_async(lsp.HoverParams(document, at))
    assert hover is not None
    assert "amount: int" in hover.contents.value
    (definition,) = await client.text_document_definition_async(lsp.DefinitionParams(document, at))
    assert (definition.uri, definition.range.start) == (session.library, lsp.Position(2, 2))
    (file,) = await client.text_document_definition_async(
        lsp.DefinitionParams(document, lsp.Position(0, 10))
    )
    assert file.uri == session.library
    offered = await client.text_document_completion_async(lsp.CompletionParams(document, at))
    labels = [item.label for item in offered.items]
    assert {"id", "amount", "upper"} <= set(labels)
    references = await client.text_document_references_async(
        lsp.ReferenceParams(lsp.ReferenceContext(True), document, at)
    )
    assert [each.uri for each in references] == [session.library, session.main]
    symbols = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert [each.name for each in symbols] == ["orders", "large", "unused", "large", "shop"]


async def test_changes(session: Session):
    session.open(session.main, MAIN)
    client, document = session.client, session.document
    at = lsp.Position(2, MAIN.splitlines()[2].index("amount") + 2)
    prepared = await client.text_document_prepare_rename_async(
        lsp.PrepareRenameParams(document, at)
    )
    assert prepared.placeholder == "amount"
    edit = await client.text_document_rename_async(_new_name("total", document, at))
    assert {uri: len(edits) for uri, edits in edit.changes.items()} == {
        session.main: 1,
        session.library: 1,
    }
    with pytest.raises(JsonRpcException, match="cannot be its name"):
        await client.text_document_rename_async(_new_name("id", document, at))
    keyword = lsp.PrepareRenameParams(document, lsp.Position(2, 1))
    assert await client.text_document_prepare_rename_async(keyword) is None
    options = lsp.FormattingOptions(2, True)
    (edit,) = await client.text_document_formatting_async(
        lsp.DocumentFormattingParams(document, options)
    )
    assert "\n\nlet large =\n  from orders\n" in edit.new_text


async def test_a_fix(session: Session):
    text = MAIN.replace("path =", "path:")
    session.open(session.main, text)
    diagnostic = await session.diagnostic_of(session.main, "SSBT0101")
    actions = await session.client.text_document_code_action_async(
        lsp.CodeActionParams(
            session.document, diagnostic.range, lsp.CodeActionContext([diagnostic])
        )
    )
    (fix,) = actions
    assert fix.title == "Write `=`"
    assert list(fix.diagnostics) == [diagnostic]
    ((edit,),) = fix.edit.changes.values()
    assert edit.new_text == " ="


async def test_allowing_a_warning(session: Session):
    """The comment stands above the line, as far in, and the warning is gone with it."""
    session.open(session.main, MAIN)
    diagnostic = await session.diagnostic_of(session.main, "SSBT0209")
    actions = await session.client.text_document_code_action_async(
        lsp.CodeActionParams(
            session.document, diagnostic.range, lsp.CodeActionContext([diagnostic])
        )
    )
    (allow,) = [each for each in actions if each.title == "Allow SSBT0209 here"]
    ((edit,),) = allow.edit.changes.values()
    assert edit.new_text == "# allow SSBT0209: \n"
    assert (edit.range.start.line, edit.range.start.character) == (diagnostic.range.start.line, 0)


def _new_name(
    name: str, document: lsp.TextDocumentIdentifier, at: lsp.Position
) -> lsp.RenameParams:
    return lsp.RenameParams(text_document=document, position=at, new_name=name)


WRITER = """\
pipeline ingest { }
schema Price { id: bigint, supply_price: decimal(12,2) }
source prices from csv { path = "/in", schema = Price, header = true }
sink prices to parquet { path = "/lake/prices", mode = overwrite }
"""
READER = """\
pipeline totals { }
schema Cost { id: bigint, supply_cost: decimal(12,2) }
source costs from parquet { path = "file:/lake/prices/", schema = Cost }
sink costs to noop { }
"""


async def test_what_another_pipeline_of_the_workspace_writes(session: Session, tmp_path: Path):
    """Seen with one file open, gone when the other one is changed, there again with it."""
    writer, reader = tmp_path / "ingest.ssbt", tmp_path / "totals.ssbt"
    writer.write_text(WRITER)
    reader.write_text(READER)
    session.open(reader.as_uri(), READER)
    diagnostic = await session.diagnostic_of(reader.as_uri(), "SSBT0640")
    assert diagnostic.related_information is not None
    assert diagnostic.related_information[0].location.uri == writer.as_uri()
    session.open(writer.as_uri(), WRITER)
    column = WRITER.splitlines()[1].index("supply_price")
    session.change(writer.as_uri(), 1, column, column + len("supply_price"), "supply_cost")
    for _ in range(PATIENCE):
        if not session.client.diagnostics.get(reader.as_uri()):
            break
        await asyncio.sleep(0.05)
    assert not session.client.diagnostics.get(reader.as_uri())
    session.change(writer.as_uri(), 1, column, column + len("supply_cost"), "cost")
    await session.diagnostic_of(reader.as_uri(), "SSBT0640")


async def test_views(session: Session, tmp_path: Path):
    """Signature help, tokens, folds, highlights, hints, symbols, lenses and ranges."""
    text = MAIN.replace("where amount > 1", "extend round(amount, 1) as rounded")
    (tmp_path / "main.ssbt").write_text(text)
    session.open(session.main, text)
    client, document = session.client, session.document
    line = text.splitlines()[2]
    at = lsp.Position(2, line.index(", 1") + 2)
    help_ = await client.text_document_signature_help_async(lsp.SignatureHelpParams(document, at))
    assert help_.active_parameter == 1
    (signature,) = help_.signatures
    assert signature.label == "round(expr, [d])"
    start, end = signature.parameters[1].label
    assert signature.label[start:end] == "[d]"

    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(6, 0))
    tokens = await client.text_document_semantic_tokens_full_async(
        lsp.SemanticTokensParams(document)
    )
    ranged = await client.text_document_semantic_tokens_range_async(
        lsp.SemanticTokensRangeParams(document, whole)
    )
    assert list(tokens.data) == list(ranged.data)
    assert list(tokens.data[:5]) == [0, 0, 6, 0, 0]
    # The comment holds a character of two units.
    assert list(tokens.data[10:15]) == [0, 15, 4, 1, 0]
    assert not await client.text_document_folding_range_async(lsp.FoldingRangeParams(document))
    marks = await client.text_document_document_highlight_async(
        lsp.DocumentHighlightParams(document, lsp.Position(2, 5))
    )
    assert [each.kind for each in marks] == [
        lsp.DocumentHighlightKind.Write,
        lsp.DocumentHighlightKind.Read,
    ]
    (hint,) = await client.text_document_inlay_hint_async(lsp.InlayHintParams(document, whole))
    assert (hint.label, hint.position) == (": int", lsp.Position(2, len(line)))
    symbols = await client.workspace_symbol_async(lsp.WorkspaceSymbolParams("unus"))
    assert session.main in [each.location.uri for each in symbols]
    lenses = await client.text_document_code_lens_async(lsp.CodeLensParams(document))
    assert [each.command.command for each in lenses] == ["ssbt.compile", "ssbt.openScript"]
    line_4 = lsp.Range(lsp.Position(4, 0), lsp.Position(4, 3))
    (edit,) = await client.text_document_range_formatting_async(
        lsp.DocumentRangeFormattingParams(document, line_4, lsp.FormattingOptions(2, True))
    )
    assert edit.range.start.line == edit.range.end.line == 4


async def test_compiling_from_a_lens(session: Session, tmp_path: Path):
    """The command does what `ssbtc compile` does, and tells of its mistakes."""
    file = tmp_path / "p.ssbt"
    file.write_text("pipeline p {\n")
    command = lsp.ExecuteCommandParams("ssbt.compile", [file.as_uri()])
    result = await session.client.workspace_execute_command_async(command)
    assert result["exitCode"] == 1
    assert "SSBT0223" in result["output"]
    file.write_text(WRITER)
    command = lsp.ExecuteCommandParams("ssbt.openScript", [file.as_uri()])
    result = await session.client.workspace_execute_command_async(command)
    assert result["exitCode"] == 0, result
    assert Path(result["script"].removeprefix("file://")).is_file()
