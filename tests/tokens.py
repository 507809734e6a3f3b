"""An OAuth token endpoint on the loopback address: signed tokens, and the keys to check them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from threading import Thread
import time
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

AUDIENCE, SCOPE = "kafka", "records"
CLIENT, FORGER, CLIENT_WORD = "etl", "forger", 'to"ken\\word'
_KEY, _FORGED = (RSAKey.generate_key(2048, {"kid": "key", "alg": "RS256"}) for _ in "12")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, {"keys": [{**_KEY.as_dict(private=False), "use": "sig"}]})

    def do_POST(self) -> None:
        """Client credentials, in the header as RFC 6749 has them; FORGER's token is no good."""
        size = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(size).decode())
        credentials = base64.b64decode(self.headers["Authorization"].removeprefix("Basic "))
        client, _, word = credentials.decode().partition(":")
        if word != CLIENT_WORD or form != {
            "grant_type": ["client_credentials"],
            "scope": [SCOPE],
        }:
            self._answer(401, {"error": "invalid_client"})
            return
        now = int(time.time())
        times = {"iat": now, "exp": now + 300}
        claims = {"iss": self.server_url, "aud": AUDIENCE, "sub": client, "scope": SCOPE, **times}
        key = _FORGED if client == FORGER else _KEY
        token = jwt.encode({"alg": "RS256", "kid": "key"}, claims, key)
        self._answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 300})

    @property
    def server_url(self) -> str:
        return url_of(self.server)  # type: ignore[arg-type]

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def url_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@contextmanager
def running_tokens() -> Iterator[str]:
    """The address of the endpoint: `/token` gives tokens of `url` itself, `/keys` its keys."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield url_of(server)
    finally:
        server.shutdown()
        server.server_close()
