"""What is said when brokers let nobody in, are not there, or have no such topic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import Job
from ssbt.runtime.failures.telling import describe_failure
from ssbt.runtime.streams.operation import OPERATION
from ssbt.runtime.streams.streaming import GaveUpError
from tests.brokers import Broker, free_port
from tests.guards import PLAIN_WORD, SCRAM_WORD
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

SCRAM = """security_protocol = sasl_ssl
  sasl_mechanism = scram_sha_512
  username = "etl"
  password = login"""
TRUSTED = 'ssl_truststore_location = "CERTIFICATE"\n  ssl_truststore_type = pem'
OPEN = """security_protocol = sasl_plaintext
  sasl_mechanism = plain
  username = "etl"
  password = login"""
BATCH = """
source s from kafka {
  connection = shop
  subscribe  = "SOURCE"
  value      = string
}
sink s to noop {
}
"""
STREAM = BATCH.replace("source s", "stream source s").replace(
    "sink s to noop {", "sink s to noop {\n  trigger = available now"
)
WRITE = """
source n from json { path = "FOLDER/numbers.json", schema = Number }
schema Number { text: string }
sink n to kafka {
  connection  = shop
  topic       = "SOURCE"
  value       = string
  max_block   = 2 seconds
  delivery_timeout = 31 seconds
}
"""
CASES = {
    "a wrong password": ("CLOSED", f"{SCRAM}\n  {TRUSTED}", "wrong", "user or the password"),
    "no trust": ("SSL", "security_protocol = ssl", "", "`ssl_truststore_location`"),
    "no server": ("NOWHERE", "", "", "`bootstrap_servers`"),
    "no right": ("OPEN", OPEN, PLAIN_WORD, "right to"),
    "no topic": ("PLAINTEXT", "", "", "has no such topic"),
}


def failure_message(piped: Piped, text: str, spark: SparkSession) -> str:
    """What a user reads of the failure."""
    module = piped.module(text)
    token = OPERATION.set(replace(OPERATION.get(), max_restarts=0))
    with pytest.raises(Exception) as failed:  # noqa: PT011 (whose class it is depends on where it fails)
        module.run(Job(spark, None))
    OPERATION.reset(token)
    error: BaseException = failed.value
    if isinstance(error, GaveUpError):
        # `main` tells what a stream gave up for.
        error = error.__cause__ or error
    return describe_failure(error, str(module.__file__)).message


@pytest.mark.parametrize("pipeline", [BATCH, STREAM, WRITE])
@pytest.mark.parametrize("case", CASES)
def test_one_sentence_and_a_way_out(
    case: str,
    pipeline: str,
    broker: Broker,
    piped: Piped,
    topics: Topics,
    spark: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener, security, word, way_out = CASES[case]
    monkeypatch.setenv("SSBT_SECRET_LOGIN", word)
    (piped.folder / "numbers.json").write_text('{"text": "a"}\n')
    source = "no-such-topic" if case == "no topic" else topics.new()
    if case == "no right":
        topics.deny("etl", source)
    servers = f"127.0.0.1:{free_port()}"
    if listener != "NOWHERE":
        servers = broker.listener(listener)
    connection = f'bootstrap_servers = "{servers}"\n  {security}'
    if listener == "NOWHERE":
        connection += '\n  raw { "kafka.default.api.timeout.ms" = "2000" }'
        connection = connection.replace("raw {", 'raw { "kafka.request.timeout.ms" = "1000",')
    text = f"{'secret login' if word else ''}\nconnection shop: kafka {{\n  {connection}\n}}\n"
    text = text.replace("CERTIFICATE", str(broker.trusted)) + pipeline.replace("SOURCE", source)
    message = failure_message(piped, text, spark)
    assert "help: " in message
    assert way_out in message.split("help: ")[1]
    assert "main.ssbt:" in message
    assert "\tat " not in message
    assert len(message) < 1500
    for hidden in filter(None, (word, SCRAM_WORD)):
        assert hidden not in message
