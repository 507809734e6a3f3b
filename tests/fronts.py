"""A front with TLS before a registry: it wants a client's certificate, and a token if told so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import datetime as dt
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import ipaddress
from pathlib import Path
import ssl
from threading import Thread
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TOKEN, KEY_WORD = "to.ken-77", "of the key"


class Certificates(NamedTuple):
    """PEM files: who is trusted, and a client's certificate and key, plain and with KEY_WORD."""

    ca: Path
    client: Path
    key: Path
    locked_key: Path
    server: Path
    server_key: Path
    stranger: Path


def certificates(folder: Path) -> Certificates:
    """Certificates of an authority of their own; `stranger` is of another one, with its key."""
    names = Certificates(*(folder / f"{name}.pem" for name in Certificates._fields))
    ca_key, stranger_key = (ec.generate_private_key(ec.SECP256R1()) for _ in "12")
    ca = _certificate("ca", ca_key, "ca", ca_key)
    names.ca.write_bytes(_pem(ca))
    for name, path, key_path in (
        ("client", names.client, names.key),
        ("server", names.server, names.server_key),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        path.write_bytes(_pem(_certificate(name, key, "ca", ca_key)))
        key_path.write_bytes(_key(key, serialization.NoEncryption()))
        if name == "client":
            locked = serialization.BestAvailableEncryption(KEY_WORD.encode())
            names.locked_key.write_bytes(_key(key, locked))
    own = _certificate("stranger", stranger_key, "stranger", stranger_key)
    names.stranger.write_bytes(_pem(own) + _key(stranger_key, serialization.NoEncryption()))
    return names


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: str, by_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    subject, issuer = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in (name, by)
    )
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(hours=1))
    builder = builder.not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    is_authority = x509.BasicConstraints(ca=name == by, path_length=None)
    return builder.add_extension(is_authority, critical=True).sign(by_key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key(
    key: ec.EllipticCurvePrivateKey, locked: serialization.KeySerializationEncryption
) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, locked)


@contextmanager
def running_front(behind: str, with_: Certificates) -> Iterator[str]:
    """The address of a front that hands on to the address `behind`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._hand_on(None)

        def do_POST(self) -> None:
            self._hand_on(self.rfile.read(int(self.headers["Content-Length"])))

        def _hand_on(self, body: bytes | None) -> None:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._answer(401, b'{"message": "who are you?"}')
                return
            request = Request(behind + self.path, body, method=self.command)
            request.add_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            try:
                with urlopen(request, timeout=20) as answer:
                    self._answer(answer.status, answer.read())
            except HTTPError as error:
                self._answer(error.code, error.read())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(with_.server, with_.server_key)
    context.load_verify_locations(with_.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    # With 1.3 a client hears of a refusal when it reads, if the connection is not gone by then.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
