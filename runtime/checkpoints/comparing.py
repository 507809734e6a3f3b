"""What a checkpoint belongs to and depends on, kept inside it and compared at each start."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
import json
import logging
import re
from typing import Any

from ssbt.runtime.checkpoints.damage import checkpoint_damage, last_batch, log_damage
from ssbt.runtime.checkpoints.files import Files
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError, Leases
from ssbt.runtime.dependences.changes import changes
from ssbt.runtime.dependences.meanings import as_before
from ssbt.runtime.outputs.folders import Output
from ssbt.runtime.passes.earlier import earlier_layout
from ssbt.runtime.records.topics import Topics
from ssbt.runtime.settings.shared import unknown
from ssbt.runtime.streams.operation import ACCEPT, KEEP, Operation

VERSION = "0.1.0"
_LOG = logging.getLogger("ssbt.runtime")
# Kinds of parts of which the compiler cannot tell what a change does: `ssbtc diff` says "unknown".
UNPROVED = ("python", "rows", "setting", "trigger")
_UNPROVED = re.compile(rf"`(?:{'|'.join(UNPROVED)}): ")
_LOOK = (
    "nothing proves that what it has kept is still right. Look whether a row or value in it would"
    " be another:"
)


def admit(checkpoints: Sequence["Checkpoint"], leases: Leases, operation: Operation) -> None:
    """Hold the checkpoints, and record what goes on from them, unless one of them does not fit.

    Problems of the streams that are accepted are only logged. Raises `CheckpointsRefusedError`.
    """
    names, accepted = [each.name for each in checkpoints], operation.accepted
    refused = [unknown("stream", name, names, ACCEPT) for name in accepted if name not in names]
    refused += [unknown("stream", name, names, KEEP) for name in operation.kept - set(names)]
    refused += _shared_outputs(checkpoints)
    holders = leases.take({each.folder: each.name in accepted for each in checkpoints})
    waived: dict[str, list[str]] = {}
    for each in checkpoints:
        problems = [f"{who} is at work on it" for who in [holders.get(each.folder)] if who]
        problems += each.problems()
        told = [each.told(problem) for problem in problems]
        if each.name in accepted:
            waived[each.name] = told
        else:
            refused += told
        # Nobody can want that rows are lost, so it is not accepted.
        if not (each.begins_anew and each.name in operation.kept):
            refused += each.output_problems()
    if refused:
        raise CheckpointsRefusedError(*refused)
    for each in checkpoints:
        for text in waived.get(each.name, ()):
            _LOG.warning("accepted: %s", text)
        if not each.begins_anew or each.name not in operation.kept:
            each.record(accepted=waived.get(each.name, []))


def _shared_outputs(checkpoints: Sequence["Checkpoint"]) -> Iterator[str]:
    """Streams that write to the folder of another: of its batches Spark would skip theirs."""
    first: dict[str, str] = {}
    for each in checkpoints:
        for folder in (output.folder for output in each.outputs):
            if (other := first.setdefault(folder, each.name)) != each.name:
                yield (
                    f"stream `{each.name}` cannot write to {folder}: stream `{other}` does,"
                    " and of two checkpoints Spark skips the batches that the other one has"
                    " written\n"
                    "Give each sink a folder of its own, or write both with one, behind `union all`"
                )


class Checkpoint:
    """A stream's checkpoint folder, and what the stream is that would go on from it.

    `folders` are those of its file sinks, and `sinks` the names of several that it has. `meanings`
    has those of the parts, a word for each, or is empty.
    `begins_anew` once its problems have been asked for.
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
        self.outputs = [Output(files, each) for each in folders]
        self._sinks = sinks
        self.begins_anew = False
        self._files, self._topics = files, topics
        self._own = {"pipeline": pipeline, "stream": name, "depends_on": list(parts)}
        self._own |= {"runtime": VERSION, "spark": spark, "meanings": meanings}
        self._latest: dict[str, Any] = {}

    def told(self, problem: str) -> str:
        """The problem as a message of its own, with the way out."""
        return (
            f"stream `{self.name}` cannot go on from its checkpoint {self.folder}: {problem}\n"
            f"If that is meant or mended: {ACCEPT} {self.name}"
        )

    def problems(self) -> list[str]:
        """Why the stream must not go on from here; none for a checkpoint that is still empty."""
        records = f"{self.folder}/_ssbt/identity"
        if numbers := sorted(map(int, self._files.sizes(records))):
            self._latest = json.loads(self._files.content(f"{records}/{numbers[-1]}"))
            self._latest["number"] = numbers[-1]
        sources = sum(part.startswith("source: ") for part in self._own["depends_on"])
        done, problems = checkpoint_damage(self._files, self.folder, sources)
        if self._topics:
            problems += self._topics.problems()
        if done is None:
            self.begins_anew = True
            return [*problems, *earlier_layout(self._files, self.folder, self._sinks)]
        if sink := self._latest.get("files"):
            problems += log_damage(self._files, f"{sink}/_spark_metadata", done)
        return [*self._differences(), *problems]

    def partitions(self, output: Output) -> str:
        """The columns by which a file sink partitions, with commas between."""
        words, parts = "partition_by: ", self._own["depends_on"]
        for sink, behind in pairwise((*parts, "")):
            is_its = sink.startswith(("sink: ", "output: ")) and sink.rstrip("/").endswith(
                f" {output.folder}"
            )
            if is_its and behind.startswith(words):
                return str(behind.removeprefix(words))
        return ""

    def output_problems(self) -> Iterator[str]:
        """Why the stream must not write to its folders, whatever was accepted."""
        last = None if self.begins_anew else last_batch(self._files, self.folder)
        yield from filter(None, (each.problem(self.name, last) for each in self.outputs))

    def record(self, *, accepted: Sequence[str] = (), sink: str | None = None) -> None:
        """Keep what the stream is, unless the checkpoint says so already.

        `sink` is how Spark describes the sink, which it does not before it runs.
        """
        found = re.fullmatch(r"FileSink\[(.+)\]", sink or "")
        own = {**self._own, "files": found[1] if found else self._latest.get("files")}
        if self._topics:
            self._topics.record()
        if accepted or any(self._latest.get(key) != value for key, value in own.items()):
            number = self._latest.get("number", 0) + 1
            text = json.dumps({**own, "accepted": accepted, "at": datetime.now(UTC).isoformat()})
            self._files.write(f"{self.folder}/_ssbt/identity/{number}", text)
            self._latest = {**own, "number": number}

    def _differences(self) -> Iterator[str]:
        was, own = self._latest, self._own
        if not was:
            yield "it holds no record of what made it, so nothing tells whether it fits the query"
            return
        if (was["pipeline"], was["stream"]) != (own["pipeline"], own["stream"]):
            yield f"it belongs to stream `{was['stream']}` of pipeline `{was['pipeline']}`"
        # An older compiler did not tell them.
        both = was["depends_on"] and own["depends_on"]
        # What an older compiler has recorded has no meanings: then texts alone are compared.
        meant = str(was.get("meanings", "")), str(own["meanings"])
        now = as_before(was["depends_on"], own["depends_on"], *meant)
        if both and (found := list(changes(was["depends_on"], now))):
            known = [each for each in found if not _UNPROVED.search(each)]
            said = "the query has changed:" if known else _LOOK
            yield said + "".join(f"\n- {change}" for change in found)
