"""Listeners that ask who a client is, and that encrypt, with a certificate made for the run."""

from __future__ import annotations

import pytest

from tests.brokers import Broker
from tests.guards import PLAIN_WORD, SCRAM_WORD
from tests.spark.piping import Piped
from tests.spark.topics import Topics

pytestmark = pytest.mark.spark

PLAIN = "security_protocol = sasl_plaintext\n sasl_mechanism = plain"
PLAIN_SSL = "security_protocol = sasl_ssl\n sasl_mechanism = plain"
SCRAM = "security_protocol = sasl_ssl\n sasl_mechanism = scram_sha_512"
LOGIN = ' username = "etl"\n password = login'
TRUSTED = ' ssl_truststore_location = "CERTIFICATE"\n ssl_truststore_type = pem'


def connected(broker: Broker, listener: str, security: str) -> str:
    return f"""
{"secret login" if LOGIN in security else ""}
connection shop: kafka {{
  bootstrap_servers = "{broker.listener(listener)}"
  {security.replace("CERTIFICATE", str(broker.trusted))}
}}
"""


@pytest.mark.parametrize(
    ("listener", "security", "word"),
    [
        ("SSL", f"security_protocol = ssl\n{TRUSTED}", ""),
        ("OPEN", f"{PLAIN}\n{LOGIN}", PLAIN_WORD),
        ("CLOSED", f"{PLAIN_SSL}\n{LOGIN}\n{TRUSTED}", PLAIN_WORD),
        ("CLOSED", f"{SCRAM}\n{LOGIN}\n{TRUSTED}", SCRAM_WORD),
    ],
)
def test_written_and_read(
    listener: str,
    security: str,
    word: str,
    broker: Broker,
    piped: Piped,
    topics: Topics,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSBT_SECRET_LOGIN", word)
    source, target = topics.new(), topics.new()
    topics.send(source, "a", "b")
    piped(
        connected(broker, listener, security)
        + f"""
source s from kafka {{
  connection = shop
  subscribe  = "{source}"
  value      = string
}}
sink s to kafka {{
  connection = shop
  topic      = "{target}"
  value      = string
}}
"""
    )
    assert topics.values(target) == ["a", "b"]


@pytest.mark.parametrize(
    ("listener", "security", "reason"),
    [
        ("CLOSED", f"{SCRAM}\n{LOGIN}\n{TRUSTED}", "SaslAuthenticationException"),
        ("SSL", "security_protocol = ssl", "SslAuthenticationException"),
    ],
)
def test_refused(
    listener: str,
    security: str,
    reason: str,
    broker: Broker,
    piped: Piped,
    topics: Topics,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither a wrong password nor an unknown certificate is tried for long."""
    monkeypatch.setenv("SSBT_SECRET_LOGIN", "wrong-word")
    text = connected(broker, listener, security)
    source = 'source s from kafka {\n connection = shop\n subscribe = "t"\n value = string\n}\n'
    with pytest.raises(Exception, match=reason):
        piped(text + source + "sink s to noop { }\n")
