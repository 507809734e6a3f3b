"""A double of Vault's HTTP interface: paths, headers, status codes, both versions of key-value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from threading import Thread
from typing import Any

TOKEN = "hvs.test-token"


class Vault(ThreadingHTTPServer):
    """Holds `secrets` by path, version 2 below `secret/data/`; counts `requests`.

    `failures` requests to come are answered with 503, as a sealed Vault does.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secrets: dict[str, dict[str, Any]] = {}
        self.failures = 0
        self.requests: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Vault

    def do_GET(self) -> None:
        path = self.path.removeprefix("/v1/")
        namespace = self.headers.get("X-Vault-Namespace", "")
        self.server.requests.append((self.command, path, namespace))
        if self.server.failures:
            self.server.failures -= 1
            self._answer(503, {"errors": ["Vault is sealed"]})
        elif self.headers.get("X-Vault-Token") != TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
        elif path not in self.server.secrets:
            self._answer(404, {"errors": []})
        else:
            fields = self.server.secrets[path]
            wrapped = {"data": fields, "metadata": {"version": 1}}
            self._answer(200, {"data": wrapped if path.startswith("secret/data/") else fields})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.command, self.path.removeprefix("/v1/"), ""))
        if body == {"role": "etl", "jwt": "the.account.token"}:
            self._answer(200, {"auth": {"client_token": TOKEN}})
        else:
            self._answer(400, {"errors": ["invalid role or jwt"]})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def vault() -> Iterator[Vault]:
    """A running Vault, stopped in the end."""
    server = Vault()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
