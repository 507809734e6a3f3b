"""One job at a time on a checkpoint: a lease inside it, renewed as long as the job lives."""

from collections.abc import Callable, Mapping
from contextlib import suppress
import json
import logging
import os
from pathlib import Path
import socket
from threading import Event, Thread
import time
from typing import Any
from uuid import uuid4

from ssbt.runtime.files.stores import Files

_LOG = logging.getLogger("ssbt.runtime")
HEARTBEAT_SECONDS = 5.0
# Another machine's lease is void when its heartbeat has not moved for this long while we looked.
SILENT_SECONDS = 30.0


class CheckpointsRefusedError(Exception):
    """What forbids to go on from the checkpoints, a text for each reason."""


class LeaseLostError(CheckpointsRefusedError):
    """Another job has taken a checkpoint over."""


class Leases:
    """The leases of this job; `lost` is reported when one is. Leaving gives them back.

    A heartbeat is a file of its own, so that a lease is never found half rewritten.
    """

    def __init__(self, files: Files, pipeline: str, lost: Callable[[LeaseLostError], None]) -> None:
        self._files, self._tell_lost = files, lost
        self._taken, self._stopped = Event(), Event()
        self._own_lease: dict[str, object] = {"owner": uuid4().hex, "pipeline": pipeline}
        self._own_lease |= {"host": socket.gethostname(), "machine": _machine_id()}
        self._own_lease |= {"pid": os.getpid(), "began": _process_start(os.getpid())}
        self._held_leases: list[str] = []
        self._thread = Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Leases":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._taken.set()
        self._thread.join(HEARTBEAT_SECONDS)
        for lease in self._held_leases:
            with suppress(Exception):
                if self._read(lease).get("owner") == self._own_lease["owner"]:
                    self._files.delete(f"{lease}.heartbeat")
                    self._files.delete(lease)

    def take(self, folders: Mapping[str, bool]) -> dict[str, str]:
        """Take the leases of checkpoints, even from another job where the value is true.

        What it returns are those that another job holds, with who it is.
        """
        leases = {folder: f"{folder}/_ssbt/lease" for folder in folders}
        text = json.dumps(self._own_lease)
        existing = [folder for folder in folders if not self._files.create(leases[folder], text)]
        holders = self._find_living({folder: leases[folder] for folder in existing})
        refused = {folder: who for folder, who in holders.items() if not folders[folder]}
        for folder, lease in leases.items():
            if folder not in refused:
                if folder in existing:
                    self._files.write(lease, text)
                self._held_leases.append(lease)
        self._taken.set()
        return refused

    def _beat(self) -> None:
        self._taken.wait()
        while not self._stopped.is_set():
            # A store that does not answer is no reason to stop: the stream will find out itself.
            with suppress(Exception):
                self._renew()
            self._stopped.wait(HEARTBEAT_SECONDS)

    def _renew(self) -> None:
        for lease in self._held_leases:
            if self._read(lease).get("owner", self._own_lease["owner"]) != self._own_lease["owner"]:
                self._tell_lost(LeaseLostError(f"another job has taken over {lease}"))
            else:
                self._files.write(f"{lease}.heartbeat", uuid4().hex)

    def _find_living(self, leases: Mapping[str, str]) -> dict[str, str]:
        """Who holds those that a living process holds; waits where only a heartbeat can tell."""
        living, unknown = {}, {}
        for folder, lease in leases.items():
            content = self._read(lease)
            if content.get("machine") != self._own_lease["machine"]:
                unknown[folder] = self._heartbeat(lease)
                _LOG.info("waiting %d s for a heartbeat in %s", SILENT_SECONDS, folder)
            elif _process_start(content["pid"]) == content["began"]:
                living[folder] = _describe_holder(content)
        until = time.monotonic() + SILENT_SECONDS
        while unknown and time.monotonic() < until:
            time.sleep(1)
            for folder, heartbeat in list(unknown.items()):
                if self._heartbeat(leases[folder]) != heartbeat:
                    del unknown[folder]
                    living[folder] = _describe_holder(self._read(leases[folder]))
        return living

    def _heartbeat(self, lease: str) -> bytes:
        with suppress(Exception):
            return self._files.content(f"{lease}.heartbeat")
        return b""

    def _read(self, lease: str) -> dict[str, Any]:
        """What a lease says; nothing if it is missing or was only begun."""
        with suppress(Exception):
            return dict(json.loads(self._files.content(lease)))
        return {}


def _describe_holder(lease: Mapping[str, Any]) -> str:
    if not lease:
        return "another job"
    return f"pipeline {lease['pipeline']} (process {lease['pid']} on {lease['host']})"


def _machine_id() -> str:
    """What tells apart where process ids mean different things: host, boot, container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


def _process_start(pid: int) -> str | None:
    """When a process began, as far as the system tells; None if there is no such process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    with suppress(OSError):
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        # Behind the name, which may hold anything, in parentheses.
        return text.rpartition(")")[2].split()[19]
    return ""
