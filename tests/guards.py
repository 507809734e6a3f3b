"""Listeners of a broker that ask who a client is, and that encrypt, with a certificate."""

from __future__ import annotations

from pathlib import Path
import subprocess
from typing import NamedTuple

from tests.jars import java
from tests.tokens import AUDIENCE

PLAIN_WORD = 'pa"ss\\word'
SCRAM_WORD = "scrambled"
_STORE_WORD = "of-the-store"
_MODULES = "org.apache.kafka.common.security."
_PLAIN = "plain.PlainLoginModule required user_etl={};"
_SCRAM = "scram.ScramLoginModule required;"
_TOKEN = "oauthbearer.OAuthBearerLoginModule required;"
_VALIDATOR = _MODULES + "oauthbearer.OAuthBearerValidatorCallbackHandler"
ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls"
"""The property of a JVM that lists the URLs that Kafka 4 may ask for tokens and keys."""


class Guards(NamedTuple):
    """What a broker is told; `users` as its storage tool takes them, `trusted` is for clients.

    `tokens` is where clients get theirs, if they have any.
    """

    listeners: dict[str, str]
    properties: dict[str, str]
    users: tuple[str, ...]
    java_options: tuple[str, ...]
    trusted: Path
    tokens: str


def guards(folder: Path, tokens: str) -> Guards:
    """Listeners called SSL, OPEN (SASL alone) and CLOSED (SASL and TLS).

    `tokens` is the address of an OAuth server that has `/token` and `/keys`.
    """
    store, trusted = _certificate(folder)
    quoted = '"' + PLAIN_WORD.replace("\\", "\\\\").replace('"', '\\"') + '"'
    # A file of properties takes each backslash away once more.
    plain = _PLAIN.format(quoted.replace("\\", "\\\\"))
    properties = {
        "ssl.keystore.location": str(store),
        "ssl.keystore.password": _STORE_WORD,
        "ssl.keystore.type": "PKCS12",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512,OAUTHBEARER",
        "sasl.oauthbearer.jwks.endpoint.url": f"{tokens}/keys",
        # Kafka 4.1 takes its clients' validator by default, which looks at no signature.
        "sasl.oauthbearer.jwt.validator.class": _MODULES + "oauthbearer.BrokerJwtValidator",
        "sasl.oauthbearer.expected.audience": AUDIENCE,
        "sasl.oauthbearer.expected.issuer": tokens,
        # Whoever is let in may do everything that nobody has denied him.
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
        "super.users": "User:ANONYMOUS",
    }
    for listener in ("open", "closed"):
        key = f"listener.name.{listener}.{{}}.sasl.jaas.config"
        properties[key.format("plain")] = _MODULES + plain
        properties[key.format("scram-sha-512")] = _MODULES + _SCRAM
        properties[key.format("oauthbearer")] = _MODULES + _TOKEN
        handler = f"listener.name.{listener}.oauthbearer.sasl.server.callback.handler.class"
        properties[handler] = _VALIDATOR
    listeners = {"SSL": "SSL", "OPEN": "SASL_PLAINTEXT", "CLOSED": "SASL_SSL"}
    users = (f"SCRAM-SHA-512=[name=etl,password={SCRAM_WORD}]",)
    allowed = (f"-D{ALLOWED_URLS}={tokens}/keys",)
    return Guards(listeners, properties, users, allowed, trusted, f"{tokens}/token")


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A PKCS12 file with a key, and a PEM file with its certificate."""
    store, trusted = folder / "broker.p12", folder / "trusted.pem"
    keytool = str(Path(java()).parent / "keytool")
    place = ("-keystore", str(store), "-storepass", _STORE_WORD, "-alias", "broker")
    owner = ("-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1", "-validity", "2")
    key = ("-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12")
    for command in (
        [keytool, "-genkeypair", *key, *owner, *place],
        [keytool, "-exportcert", "-rfc", "-file", str(trusted), *place],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return store, trusted
