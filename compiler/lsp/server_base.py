"""One client's server: its editor, and when findings are published."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
import gc

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.lsp.configured import is_configuration
from ssbt.compiler.lsp.documents import path_of
from ssbt.compiler.lsp.editor import Editor, merge_diagnostics
from ssbt.compiler.lsp.positions import Units

# How long the keyboard rests, in seconds, before the text is looked at.
PAUSE = 0.15
# For `gc.set_threshold`.
_COLLECT_AFTER = (50_000, 20, 100)


class Server(LanguageServer):
    """One client's server; diagnostics are published some time after the last change."""

    def __init__(self) -> None:
        super().__init__(
            "ssbtc", VERSION, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental
        )
        self.editor = Editor()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._diagnostics_by_root: dict[str, dict[str, list[lsp.Diagnostic]]] = {}

    def adopt_client(self, params: lsp.InitializeParams) -> None:
        """Take over what the client says of itself."""
        folders = [folder.uri for folder in params.workspace_folders or ()]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        self.editor.workspace.folders = [path_of(uri) for uri in folders]
        self.editor.snippets = _has_snippets(params.capabilities)

    def reduce_garbage_collection(self) -> None:
        """Keep the garbage collector from going through all syntax trees while somebody types.

        What an analysis makes has no cycles; with Python's own thresholds the collector visits
        the trees, the catalogue and the grammar's tables several times in each analysis.
        """
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)

    def adopt_position_encoding(self) -> None:
        """Count as the client and the server have agreed to."""
        encoding = self.workspace.position_encoding
        self.editor.count_in(Units(str(getattr(encoding, "value", encoding) or "utf-16")))

    def schedule_publishing(self, path: str) -> None:
        """Look at what a change of this file may concern, once no other has come for a while."""
        for root in self.editor.open_roots(path):
            if is_configuration(root):
                continue
            if (timer := self._timers.pop(root, None)) is not None:
                timer.cancel()
            loop = asyncio.get_running_loop()
            self._timers[root] = loop.call_later(PAUSE, self.publish_diagnostics, root)

    def publish_diagnostics(self, root: str) -> None:
        """Tell what is found in a file and in what it imports."""
        self._timers.pop(root, None)
        previous = self._diagnostics_by_root.get(root, {})
        self._diagnostics_by_root[root] = self.editor.diagnostics(root)
        self._publish_paths({**previous, **self._diagnostics_by_root[root]})

    def forget_file(self, path: str) -> None:
        """Take back the findings of a file that was closed."""
        if (timer := self._timers.pop(path, None)) is not None:
            timer.cancel()
        self.editor.workspace.forget(path)
        self._publish_paths(self._diagnostics_by_root.pop(path, {}))

    def _publish_paths(self, paths: Iterable[str]) -> None:
        for path in paths:
            diagnostics = merge_diagnostics(
                each.get(path, []) for each in self._diagnostics_by_root.values()
            )
            uri = self.editor.workspace.documents.uri(path)
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))


def _has_snippets(client: lsp.ClientCapabilities) -> bool:
    document = client.text_document
    completion = document.completion if document is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)
