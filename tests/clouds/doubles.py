"""Azure's Key Vault with its tokens, and Google's Secret Manager, as far as a look-up asks them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
from pathlib import Path
import ssl
import subprocess
from threading import Thread
import time
from typing import Any

from google.cloud.secretmanager_v1.types import resources, service
import grpc

TOKEN = "t0ken"
SLOW = 3.0
# What an answer says that must come up nowhere.
TEXT = "p4ssword"


class _Json(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: object, **headers: str) -> None:
        """Send JSON."""
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)


class _Identity(_Json):
    """The endpoint of a managed identity."""

    def do_GET(self) -> None:
        token = {"access_token": TOKEN, "expires_on": "4102444800", "token_type": "Bearer"}
        self.answer(200, token)


class _KeyVault(_Json):
    """Secrets whose value is the path asked for; a name such as `answers-503` gives that status."""

    def do_GET(self) -> None:
        host = self.headers["Host"]
        name, version = self.path.partition("?")[0].split("/")[2:4]
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            # The client asks for a token only for a resource that the vault belongs to.
            resource = f"https://{host.partition('.')[2]}"
            challenge = f'Bearer authorization="https://login/tenant", resource="{resource}"'
            self.answer(401, {}, WWW_Authenticate=challenge)
        elif name.startswith("answers-"):
            status = int(name.removeprefix("answers-"))
            self.answer(status, {"error": {"code": "Refused", "message": TEXT}})
        else:
            time.sleep(SLOW if name == "slow" else 0)
            names = {"id": f"https://{host}/secrets/{name}/{version or 1}", "attributes": {}}
            self.answer(200, {"value": f"{name} {version}", **names})


@contextmanager
def azure(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """The addresses of a vault and of the identity's endpoint, and the certificate to trust."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:shop.localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, *subject]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), each) for each in (_KeyVault, _Identity)]
    servers[0].socket = context.wrap_socket(servers[0].socket, server_side=True)
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    vault, identity = (server.server_address[1] for server in servers)
    try:
        yield f"https://shop.localhost:{vault}", f"http://127.0.0.1:{identity}/token", certificate
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


# grpc has no types in `make setup`: `make clouds` fetches it.
class _SecretManager(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Secrets whose value is their path; a name such as `ABORTED` gives that status."""

    def service(self, call: Any) -> Any:
        assert call.method.endswith(".SecretManagerService/AccessSecretVersion")
        return grpc.unary_unary_rpc_method_handler(self._version)

    def _version(self, request: bytes, context: Any) -> bytes:
        path = service.AccessSecretVersionRequest.deserialize(request).name
        name = path.split("/")[3]
        if name.isupper():
            context.abort(grpc.StatusCode[name], TEXT)
        time.sleep(SLOW if name == "slow" else 0)
        payload = resources.SecretPayload(data=path.encode())
        answer = service.AccessSecretVersionResponse(name=path, payload=payload)
        result: bytes = service.AccessSecretVersionResponse.serialize(answer)
        return result


@contextmanager
def gcp() -> Iterator[str]:
    """The address of a Secret Manager, without TLS."""
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((_SecretManager(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None)
