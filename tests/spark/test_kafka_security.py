"""Listeners that ask who a client is, and that encrypt, with a certificate made for the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.brokers import Broker
from tests.guards import ALLOWED_URLS, PLAIN_WORD, SCRAM_WORD
from tests.spark.piping import Piped
from tests.spark.topics import Topics
from tests.tokens import CLIENT, CLIENT_WORD, FORGER, SCOPE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

PLAIN = "security_protocol = sasl_plaintext\n sasl_mechanism = plain"
PLAIN_SSL = "security_protocol = sasl_ssl\n sasl_mechanism = plain"
SCRAM = "security_protocol = sasl_ssl\n sasl_mechanism = scram_sha_512"
LOGIN = ' username = "etl"\n password = login'
TOKEN = f"""security_protocol = sasl_ssl
 sasl_mechanism = oauthbearer
 token_endpoint = "TOKENS"
 client_id      = "{CLIENT}"
 client_secret  = login
 scope          = "{SCOPE}"
"""
TRUSTED = ' ssl_truststore_location = "CERTIFICATE"\n ssl_truststore_type = pem'

READ = """
source s from kafka {
  connection = shop
  subscribe  = "t"
  value      = string
}
sink s to noop { }
"""


def connected(broker: Broker, listener: str, security: str) -> str:
    return f"""
{"secret login" if "= login" in security else ""}
connection shop: kafka {{
  bootstrap_servers = "{broker.listener(listener)}"
  {security.replace("CERTIFICATE", str(broker.trusted)).replace("TOKENS", broker.guards.tokens)}
}}
"""


@pytest.mark.parametrize(
    ("listener", "security", "word"),
    [
        ("SSL", f"security_protocol = ssl\n{TRUSTED}", ""),
        ("OPEN", f"{PLAIN}\n{LOGIN}", PLAIN_WORD),
        ("CLOSED", f"{PLAIN_SSL}\n{LOGIN}\n{TRUSTED}", PLAIN_WORD),
        ("CLOSED", f"{SCRAM}\n{LOGIN}\n{TRUSTED}", SCRAM_WORD),
        ("CLOSED", f"{TOKEN}\n{TRUSTED}", CLIENT_WORD),
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
        ("CLOSED", f"{TOKEN}\n{TRUSTED}", "invalid_client"),
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
    with pytest.raises(Exception, match=reason):
        piped(connected(broker, listener, security) + READ)


def test_a_token_that_another_signed(
    broker: Broker, piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSBT_SECRET_LOGIN", CLIENT_WORD)
    forged = TOKEN.replace(f'"{CLIENT}"', f'"{FORGER}"')
    with pytest.raises(Exception, match="SaslAuthenticationException"):
        piped(connected(broker, "CLOSED", f"{forged}\n{TRUSTED}") + READ)


def test_a_jvm_that_may_not_ask_for_tokens(
    broker: Broker, piped: Piped, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka's clients of the line 3.9 ask anywhere if nothing is said, those of 4 nowhere."""
    monkeypatch.setenv("SSBT_SECRET_LOGIN", CLIENT_WORD)
    # A client that nobody was before: who is logged in already need not ask.
    stranger = TOKEN.replace(f'"{CLIENT}"', '"stranger"')
    session: Any = spark
    system = session._jvm.java.lang.System
    system.setProperty(ALLOWED_URLS, "https://elsewhere/token")
    try:
        with pytest.raises(Exception, match=f"is not allowed.*{ALLOWED_URLS}"):
            piped(connected(broker, "CLOSED", f"{stranger}\n{TRUSTED}") + READ)
    finally:
        system.clearProperty(ALLOWED_URLS)
