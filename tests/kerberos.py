"""A Kerberos realm of the loopback address: Hadoop's little KDC, as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import subprocess
import time
from typing import NamedTuple

from tests.brokers import Broker, free_port
from tests.guards import Guards
from tests.jars import jars, java

_KDC = "org.apache.hadoop:hadoop-minikdc:3.4.1"
_PROPERTIES = """\
org.name=EXAMPLE
org.domain=COM
kdc.bind.address=127.0.0.1
kdc.port={port}
instance=DefaultKrbServer
max.ticket.lifetime=86400000
max.renewable.lifetime=604800000
transport=TCP
debug=false
"""
_START_SECONDS = 120
REALM = "EXAMPLE.COM"
LISTENER = "KERBEROS"


class Realm(NamedTuple):
    """A realm: where JVMs read of it, and the keys of the broker and of the client `etl`."""

    configuration: Path
    keytab: Path

    @property
    def principal(self) -> str:
        """The client."""
        return f"etl@{REALM}"

    @property
    def guards(self) -> Guards:
        """A listener that takes Kerberos alone, without encryption."""
        module = (
            "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true"
            f' keyTab="{self.keytab}" principal="kafka/localhost@{REALM}";'
        )
        key = f"listener.name.{LISTENER.lower()}.gssapi.sasl.jaas.config"
        properties = {
            "sasl.enabled.mechanisms": "GSSAPI",
            "sasl.kerberos.service.name": "kafka",
            key: module,
        }
        options = (f"-Djava.security.krb5.conf={self.configuration}",)
        return Guards({LISTENER: "SASL_PLAINTEXT"}, properties, (), options, self.keytab, "")


@contextmanager
def running_realm(folder: Path) -> Iterator[Realm]:
    """A realm from when it answers."""
    properties, keytab = folder / "kdc.properties", folder / "all.keytab"
    properties.write_text(_PROPERTIES.format(port=free_port()), encoding="utf-8")
    principals = ("kafka/localhost", "kafka/127.0.0.1", "etl")
    path = os.pathsep.join(map(str, jars(_KDC)))
    command = [java(), "-Xmx200m", "-cp", path, "org.apache.hadoop.minikdc.MiniKdc"]
    log = folder / "kdc.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, str(folder), str(properties), str(keytab), *principals],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        ends = time.monotonic() + _START_SECONDS
        while b"Do <CTRL-C> or kill" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"no KDC: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield Realm(next(folder.rglob("krb5.conf")), keytab)
    finally:
        process.kill()
        process.wait()


def running_broker_of(realm: Realm, folder: Path) -> Broker:
    """A broker of the realm, made and not started."""
    return Broker(folder, realm.guards)
