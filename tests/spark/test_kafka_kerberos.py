"""Kerberos with a real KDC: a keytab on driver and executors, as the guide has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.runtime.failures.telling import describe_failure
from tests.brokers import Broker, running_broker
from tests.kerberos import LISTENER, REALM, Realm, running_realm
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

PIPE = """
connection shop: kafka {{
  bootstrap_servers = "{servers}"
  security_protocol = sasl_plaintext
  sasl_mechanism    = gssapi
  kerberos_service  = "kafka"
  principal         = "{principal}"
  keytab            = "{keytab}"
}}
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


@pytest.fixture(scope="module")
def realm(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    session: Any = spark
    with running_realm(tmp_path_factory.mktemp("kdc")) as running:
        system, name = session._jvm.java.lang.System, "java.security.krb5.conf"
        system.setProperty(name, str(running.configuration))
        yield running
        system.clearProperty(name)


@pytest.fixture(scope="module")
def guarded(realm: Realm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running_broker(tmp_path_factory.mktemp("broker"), realm.guards) as broker:
        yield broker


def test_written_and_read(guarded: Broker, realm: Realm, piped: Piped, spark: SparkSession) -> None:
    own = Topics(spark, guarded)
    try:
        source, target = own.new(), own.new()
        own.send(source, "a", "b")
        names = {"servers": guarded.listener(LISTENER), "principal": realm.principal}
        piped(PIPE.format(**names, keytab=realm.keytab, source=source, target=target))
        assert own.values(target) == ["a", "b"]
        other = {**names, "principal": f"stranger@{REALM}"}
        with pytest.raises(Exception) as refused:  # noqa: PT011 (whose class it is depends on where it fails)
            piped(PIPE.format(**other, keytab=realm.keytab, source=source, target=target))
        assert (
            "whether `keytab` is there on every machine"
            in describe_failure(refused.value, "").message
        )
    finally:
        own.close()
