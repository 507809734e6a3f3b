"""The folder of a file sink: the log by which readers find its files, and whose log that is.

Spark's log has a file for each batch, under the number that the checkpoint gave the batch. A stream
on another checkpoint counts from 0 again, and Spark skips every batch whose number the log has.
"""

from collections.abc import Iterator
import json
import re
from typing import Any

from ssbt.runtime.files.stores import Files
from ssbt.runtime.streams.operation import KEEP

LOG = "_spark_metadata"
_NUMBERED = re.compile(r"(\d+)(\.compact)?")


class SinkFolder:
    """What lies in the folder of a file sink, which tells whether a stream may write there."""

    def __init__(self, files: Files, folder: str) -> None:
        self.files, self.folder = files, folder.rstrip("/")
        self.log = f"{self.folder}/{LOG}"

    def problem(self, stream: str, last: int | None) -> str | None:
        """Why the stream must not write here; `last` is the batch that its checkpoint came to.

        None for `last` is a stream that starts from scratch.
        """
        latest = self.latest_batch()
        if latest is None:
            # A reader who finds no log takes all files; once there is one, those in it alone.
            if last is None and self.files.has_data(self.folder):
                return (
                    f"stream `{stream}` cannot begin in {self.folder}, which has files that no"
                    " stream has written: readers of a stream's folder see its own files only, so"
                    f" they would lose sight of these\n{_ways_out(stream)}"
                )
            return None
        if last is None:
            return (
                f"stream `{stream}` cannot begin in {self.folder}, which has what another"
                f" checkpoint has written: Spark would silently skip the batches 0 to {latest},"
                f" because the log there has those numbers\n{_ways_out(stream)}"
            )
        if latest > last:
            return (
                f"stream `{stream}` cannot write on in {self.folder}: the log there has batch"
                f" {latest}, and the checkpoint only came to batch {last}. Another checkpoint has"
                " written there, or this one is an older copy of itself; Spark would silently"
                " skip the batches between\n"
                "Bring back the newer checkpoint. If it is lost, delete this one, and then:"
                f" {KEEP} {stream}"
            )
        return None

    def latest_batch(self) -> int | None:
        """The last batch in the log; None where there is no log."""
        numbers = [int(match[1]) for match in self._log_files()]
        return max(numbers, default=None)

    def entries(self) -> Iterator[dict[str, Any]]:
        """What readers see, by the log: an entry for each file, as Spark writes them."""
        log_files = sorted(self._log_files(), key=lambda each: (int(each[1]), bool(each[2])))
        first_index = max((index for index, each in enumerate(log_files) if each[2]), default=0)
        entries: dict[str, dict[str, Any]] = {}
        for each in log_files[first_index:]:
            lines = self.files.content(f"{self.log}/{each[0]}").decode().splitlines()
            for entry in map(json.loads, lines[1:]):
                entries[entry["path"]] = entry
        yield from (each for each in entries.values() if each.get("action") != "delete")

    def _log_files(self) -> list[re.Match[str]]:
        return [
            match for name in self.files.names(self.log) if (match := _NUMBERED.fullmatch(name))
        ]


def _ways_out(stream: str) -> str:
    return (
        "Give the sink another folder. Or keep what readers see here, and write on after it:"
        f" {KEEP} {stream}"
    )
