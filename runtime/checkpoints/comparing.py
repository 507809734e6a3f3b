"""What a checkpoint belongs to and depends on, kept inside it and compared at each start."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
import json
import logging
import re
from typing import Any

from ssbt.runtime.brokers.topics import Topics
from ssbt.runtime.checkpoints.damage import (
    checkpoint_damage,
    last_batch,
    log_damage,
    record_damage,
)
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError, Leases
from ssbt.runtime.dependences.changes import changes
from ssbt.runtime.dependences.meanings import as_before
from ssbt.runtime.files.stores import Files
from ssbt.runtime.outputs.folders import SinkFolder
from ssbt.runtime.passes.earlier import earlier_layout
from ssbt.runtime.streams.operation import ACCEPT, KEEP, Operation
from ssbt.runtime.values.unknown_names import unknown_name_message

VERSION = "0.1.0"
_LOG = logging.getLogger("ssbt.runtime")
# Kinds of parts of which the compiler cannot tell what a change does: `ssbtc diff` says "unknown".
UNPROVED = ("python", "rows", "setting", "trigger")
_UNPROVED = re.compile(rf"`(?:{'|'.join(UNPROVED)}): ")
_REVIEW_NEEDED = (
    "nothing proves that what it has kept is still right. Look whether a row or value in it would"
    " be another:"
)


def admit_checkpoints(
    checkpoints: Sequence["Checkpoint"], leases: Leases, operation: Operation
) -> None:
    """Hold the checkpoints, and record what goes on from them, unless one of them does not fit.

    Problems of the streams that are accepted are only logged. Raises `CheckpointsRefusedError`.
    """
    names, accepted = [each.name for each in checkpoints], operation.accepted
    reasons = [
        unknown_name_message("stream", name, names, ACCEPT)
        for name in accepted
        if name not in names
    ]
    reasons += [
        unknown_name_message("stream", name, names, KEEP) for name in operation.kept - set(names)
    ]
    reasons += _check_shared_outputs(checkpoints)
    holders = leases.take({each.folder: each.name in accepted for each in checkpoints})
    waived: dict[str, list[str]] = {}
    for each in checkpoints:
        problems = [f"{holder} is at work on it" for holder in [holders.get(each.folder)] if holder]
        problems += each.problems()
        messages = [each.describe(problem) for problem in problems]
        if each.name in accepted:
            waived[each.name] = messages
        else:
            reasons += messages
        # Nobody can want that rows are lost, so it is not accepted.
        if not (each.begins_anew and each.name in operation.kept):
            reasons += each.output_problems()
    if reasons:
        raise CheckpointsRefusedError(*reasons)
    for each in checkpoints:
        for text in waived.get(each.name, ()):
            _LOG.warning("accepted: %s", text)
        if not each.begins_anew or each.name not in operation.kept:
            each.record(accepted=waived.get(each.name, []))


def _check_shared_outputs(checkpoints: Sequence["Checkpoint"]) -> Iterator[str]:
    """Streams that write to the folder of another: of its batches Spark would skip theirs."""
    owners: dict[str, str] = {}
    for each in checkpoints:
        for folder in (output.folder for output in each.outputs):
            if (other := owners.setdefault(folder, each.name)) != each.name:
                yield (
                    f"stream `{each.name}` cannot write to {folder}: stream `{other}` does,"
                    " and of two checkpoints Spark skips the batches that the other one has"
                    " written\n"
                    "Give each sink a folder of its own, or write both with one, after a"
                    " `union all`"
                )


class Checkpoint:
    """A stream's checkpoint folder, and what the stream is that would go on from it.

    `folders` are those of its file sinks, and `sinks` the names of several that it has. `meanings`
    has those of the parts, a word for each, or is empty.
    `begins_anew`, and `output_problems`, once its problems have been asked for.
    """

    def __init__(
        self,
        files: Files,
        name: str,
        folder: str,
        pipeline: str,
        parts: Sequence[str],
        spark: str,
        folders: Sequence[str] = (),
        sinks: Sequence[str] = (),
        topics: Topics | None = None,
        meanings: str = "",
    ) -> None:
        self.name, self.folder = name, folder.rstrip("/")
        self.outputs = [SinkFolder(files, each) for each in folders]
        self._sinks = sinks
        self.begins_anew = False
        self._files, self._topics = files, topics
        self._identity = {"pipeline": pipeline, "stream": name, "depends_on": list(parts)}
        self._identity |= {"runtime": VERSION, "spark": spark, "meanings": meanings}
        self._latest: dict[str, Any] = {}
        self._last_batch = -1

    def describe(self, problem: str) -> str:
        """The problem as a message of its own, with the way out."""
        return (
            f"stream `{self.name}` cannot go on from its checkpoint {self.folder}: {problem}\n"
            f"If that is meant or mended: {ACCEPT} {self.name}"
        )

    def problems(self) -> list[str]:
        """Why the stream must not go on from here; none for a checkpoint that is still empty."""
        records, files = f"{self.folder}/_ssbt/identity", self._files.snapshot()
        if damage := record_damage(files, self.folder):
            return damage
        if numbers := sorted(map(int, files.names(records))):
            self._latest = json.loads(files.content(f"{records}/{numbers[-1]}"))
            self._latest["number"] = numbers[-1]
        sources = sum(part.startswith("source: ") for part in self._identity["depends_on"])
        committed, problems = checkpoint_damage(files, self.folder, sources)
        self._last_batch = last_batch(files, self.folder)
        if self._topics:
            problems += self._topics.problems()
        if committed is None:
            self.begins_anew = True
            return [*problems, *earlier_layout(files, self.folder, self._sinks)]
        if sink := self._latest.get("files"):
            problems += log_damage(files, f"{sink}/_spark_metadata", committed)
        return [*self._find_differences(), *problems]

    def partitions(self, output: SinkFolder) -> str:
        """The columns by which a file sink partitions, with commas between."""
        prefix, parts = "partition_by: ", self._identity["depends_on"]
        for sink, following in pairwise((*parts, "")):
            is_its = sink.startswith(("sink: ", "output: ")) and sink.rstrip("/").endswith(
                f" {output.folder}"
            )
            if is_its and following.startswith(prefix):
                return str(following.removeprefix(prefix))
        return ""

    def output_problems(self) -> Iterator[str]:
        """Why the stream must not write to its folders, whatever was accepted."""
        last = None if self.begins_anew else self._last_batch
        yield from filter(None, (each.problem(self.name, last) for each in self.outputs))

    def record(self, *, accepted: Sequence[str] = (), sink: str | None = None) -> None:
        """Keep what the stream is, unless the checkpoint says so already.

        `sink` is how Spark describes the sink, which it does not before it runs.
        """
        match = re.fullmatch(r"FileSink\[(.+)\]", sink or "")
        identity = {**self._identity, "files": match[1] if match else self._latest.get("files")}
        if self._topics:
            self._topics.record()
        if accepted or any(self._latest.get(key) != value for key, value in identity.items()):
            number = self._latest.get("number", 0) + 1
            text = json.dumps(
                {**identity, "accepted": accepted, "at": datetime.now(UTC).isoformat()}
            )
            self._files.write(f"{self.folder}/_ssbt/identity/{number}", text)
            self._latest = {**identity, "number": number}

    def _find_differences(self) -> Iterator[str]:
        recorded, current = self._latest, self._identity
        if not recorded:
            yield "it holds no record of what made it, so nothing tells whether it fits the query"
            return
        if (recorded["pipeline"], recorded["stream"]) != (current["pipeline"], current["stream"]):
            stream, pipeline = recorded["stream"], recorded["pipeline"]
            yield f"it belongs to stream `{stream}` of pipeline `{pipeline}`"
        # An older compiler did not tell them.
        is_comparable = recorded["depends_on"] and current["depends_on"]
        # What an older compiler has recorded has no meanings: then texts alone are compared.
        meant = str(recorded.get("meanings", "")), str(current["meanings"])
        now = as_before(recorded["depends_on"], current["depends_on"], *meant)
        if is_comparable and (changed_parts := list(changes(recorded["depends_on"], now))):
            proved = [each for each in changed_parts if not _UNPROVED.search(each)]
            heading = "the query has changed:" if proved else _REVIEW_NEEDED
            yield heading + "".join(f"\n- {change}" for change in changed_parts)
