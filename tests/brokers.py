"""A Kafka broker of its own for tests and examples: one process, on free ports of 127.0.0.1.

    tools/kafka.sh COMMAND ...

starts one, runs the command with the broker's address in KAFKA_BROKERS, and stops it when the
command has ended. Without a command it runs until Ctrl-C. Topics are made when they are written to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
from tempfile import TemporaryDirectory
import time

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.guards import Guards
from tests.jars import KAFKA, LOGGING, jars, java

_CLUSTER = "c3NidGJyb2tlcnNzYnRicg"
_START_SECONDS = 60
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={folder}/data
auto.create.topics.enable={makes_topics}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
"""


class Broker:
    """A broker with its data in a folder; it can be killed and started again on its ports.

    `guards` are further listeners, with security.
    """

    def __init__(self, folder: Path, guards: Guards | None = None) -> None:
        self._folder, self._guards = folder, guards
        listeners = guards.listeners if guards else {}
        self._process: subprocess.Popen[bytes] | None = None
        names = {"PLAINTEXT": "PLAINTEXT", **listeners, "CONTROLLER": "PLAINTEXT"}
        self._ports = {name: free_port() for name in names}
        places = [f"{name}://127.0.0.1:{port}" for name, port in self._ports.items()]
        lines = {
            "listeners": ",".join(places),
            "advertised.listeners": ",".join(places[:-1]),
            "listener.security.protocol.map": ",".join(f"{n}:{p}" for n, p in names.items()),
            **(guards.properties if guards else {}),
        }
        # A topic that is not there is a mistake in a test, and none in an example.
        makes_topics = str(guards is None).lower()
        text = _PROPERTIES.format(
            controller=self._ports["CONTROLLER"], folder=folder, makes_topics=makes_topics
        )
        text += "".join(f"{name}={value}\n" for name, value in lines.items())
        self._settings = folder / "server.properties"
        self._settings.write_text(text, encoding="utf-8")

    @property
    def address(self) -> str:
        """Where clients without security connect to."""
        return self.listener("PLAINTEXT")

    @property
    def trusted(self) -> Path:
        """The certificate that clients have to trust."""
        return self.guards.trusted

    @property
    def guards(self) -> Guards:
        """Who may come in."""
        assert self._guards
        return self._guards

    def listener(self, name: str) -> str:
        """`host:port` of a listener."""
        return f"127.0.0.1:{self._ports[name]}"

    def format(self, *arguments: str) -> None:
        """Prepare the folder of the data, once."""
        settings = ("--cluster-id", _CLUSTER, "--config", str(self._settings))
        tool = ("kafka.tools.StorageTool", "format", *settings, *arguments)
        subprocess.run(self._command(*tool), check=True, capture_output=True)

    def start(self) -> None:
        """Start the process, and wait until it answers."""
        log = self._folder / "broker.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command("kafka.Kafka", str(self._settings)),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        ends = time.monotonic() + _START_SECONDS
        started = log.stat().st_size
        while b"Kafka Server started" not in log.read_bytes()[started:]:
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"no broker: {log.read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the process at once, as when a machine fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the process in order."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Let it hang: connections are taken, and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on where it was paused."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, with_signal: int) -> None:
        if self._process is None:
            return
        self._process.send_signal(with_signal)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _command(self, *arguments: str) -> list[str]:
        options = ["-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
        options += self._guards.java_options if self._guards else ()
        path = os.pathsep.join(map(str, (*jars(KAFKA), *jars(LOGGING))))
        return [java(), *options, "-cp", path, *arguments]


@contextmanager
def running_broker(folder: Path, guards: Guards | None = None) -> Iterator[Broker]:
    """A broker from when it answers."""
    broker = Broker(folder, guards)
    users = guards.users if guards else ()
    broker.format(*(word for user in users for word in ("--add-scram", user)))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    """A port of the loopback address on which nothing listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def main() -> int:
    """Run a broker for as long as a command takes, or until Ctrl-C."""
    with TemporaryDirectory() as folder, running_broker(Path(folder)) as broker:
        command = sys.argv[1:]
        if command:
            return subprocess.call(command, env=os.environ | {"KAFKA_BROKERS": broker.address})
        print(f"a broker listens on {broker.address}; Ctrl-C stops it")
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
