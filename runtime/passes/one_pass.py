"""One skip a source with dead letters: each record is read once, and judged once.

A batch is decoded once. Which of its records are dead letters is written down in the checkpoint
before anything else is written: when the batch is repeated, by another version or not, they are the
same ones. Then each output is written, the dead letters first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
import json
import logging
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ssbt.runtime.files.stores import Files
from ssbt.runtime.passes.outputs import Output
from ssbt.runtime.records.decoding import DEAD_LETTER, RECORD
from ssbt.runtime.streams.streaming import Stream

_LOG = logging.getLogger("ssbt.runtime")
VERDICTS = "_ssbt/verdicts"
_WAY_OUT = (
    "Let the script that began the batch end it (`trigger = available now`); what comes after it"
    " may be judged otherwise"
)


class ChangedVerdictError(Exception):
    """A batch that is repeated, and cannot have the verdicts that it had when it began."""


def one_pass(
    name: str,
    frames: Sequence[DataFrame],
    outputs: Callable[..., Iterable[Output]],
    *,
    writes: Mapping[str, str | None],
    mode: str = "append",
    trigger: Mapping[str, Any] | None = None,
    checkpoint: str | None = None,
    depends_on: tuple[str, ...] = (),
    meanings: str = "",
) -> Stream:
    """The stream that writes all outputs of a batch.

    `frames` are judged records, and after them streams that are computed beside them: `outputs`
    is given what a batch has of each. `writes` are the names of the outputs, each with its folder
    if it is one of files.
    """
    handler = OnePass(
        name, outputs, checkpoint, tuple(DEAD_LETTER in each.columns for each in frames)
    )
    writer = _union_frames(frames).writeStream.foreachBatch(handler.write).outputMode(mode)
    if trigger:
        writer = writer.trigger(**trigger)
    return Stream(
        name, writer, checkpoint, depends_on, meanings, writes=writes, counts=handler.counts
    )


def _union_frames(frames: Sequence[DataFrame]) -> DataFrame:
    """One stream of several, which then share their offsets: each row is in the column it is of."""
    if len(frames) == 1:
        return frames[0]
    first, *others = (each.select(F.struct("*").alias(f"_{n}")) for n, each in enumerate(frames))
    for each in others:
        first = first.unionByName(each, allowMissingColumns=True)
    return first


@dataclass
class OnePass:
    """What is done with the batches of a stream; `counts` has for each what became of it.

    `judged` says of each frame whether it is one of judged records.
    """

    name: str
    outputs: Callable[..., Iterable[Output]]
    checkpoint: str | None
    judged: tuple[bool, ...]
    counts: dict[int, dict[str, int]] = field(default_factory=dict)

    def write(self, batch: DataFrame, number: int) -> None:
        """Write a batch: its verdicts, then each output."""
        batch.persist()
        try:
            parts = [batch]
            if len(self.judged) > 1:
                columns = (f"_{n}" for n in range(len(self.judged)))
                parts = [batch.where(F.col(n).isNotNull()).select(f"{n}.*") for n in columns]
            for output in self.outputs(*self._with_verdicts(parts, number)):
                try:
                    output.write(number)
                except Exception:
                    text = "stream %s: batch %s cannot be written to %s"
                    _LOG.error(text, self.name, number, output.name)
                    raise
        finally:
            batch.unpersist()

    def _with_verdicts(self, parts: list[DataFrame], number: int) -> list[DataFrame]:
        """The parts, judged records with the verdicts that they have had in an earlier try."""
        records = [part for part, is_judged in zip(parts, self.judged, strict=True) if is_judged]
        if self.checkpoint is None:
            self.counts[number] = _count_records(records)
            return parts
        files, folder = Files(parts[0].sparkSession), f"{self.checkpoint}/{VERDICTS}"
        stored = files.names(folder)
        for stored_number in stored:
            if stored_number != str(number):
                files.delete(f"{folder}/{stored_number}", whole=True)
        batch_folder = f"{folder}/{number}"
        if str(number) in stored and "counts" in files.names(batch_folder):
            self.counts[number] = json.loads(files.content(f"{batch_folder}/counts"))
            return self._with_earlier_verdicts(parts, records, number, batch_folder)
        counts = self.counts[number] = _count_records(records)
        for index, part in enumerate(records):
            dead = part.where(F.col(DEAD_LETTER).isNotNull()).select(DEAD_LETTER, RECORD)
            if counts["malformed"]:
                dead.write.mode("overwrite").parquet(f"{batch_folder}/{index}")
        # Last: without it the verdicts are those of the next try.
        files.write(f"{batch_folder}/counts", json.dumps(counts))
        return parts

    def _with_earlier_verdicts(
        self, parts: list[DataFrame], records: list[DataFrame], number: int, folder: str
    ) -> list[DataFrame]:
        """The parts of a batch that is repeated; judged records are the first ones."""
        _LOG.info("stream %s: batch %s is repeated, with its verdicts", self.name, number)
        counts, other_parts = self.counts[number], parts[len(records) :]
        if other_parts and _count_records(records) != counts:
            raise ChangedVerdictError(
                f"stream {self.name}: batch {number} had {counts['malformed']} malformed records"
                f" when it began, and has others now; its state may know them\n{_WAY_OUT}"
            )
        read = parts[0].sparkSession.read
        earlier_letters = [
            read.parquet(f"{folder}/{index}") if counts["malformed"] else None
            for index, _ in enumerate(records)
        ]
        return [
            *(_restore_verdicts(*each) for each in zip(records, earlier_letters, strict=True)),
            *other_parts,
        ]


def _count_records(records: Sequence[DataFrame]) -> dict[str, int]:
    """How many records there are, and how many of them are malformed."""
    counts = {"records": 0, "malformed": 0}
    for part in records:
        row = part.agg(F.count(F.lit(1)), F.count(DEAD_LETTER)).collect()[0]
        counts["records"] += row[0]
        counts["malformed"] += row[1]
    return counts


def _restore_verdicts(records: DataFrame, dead_letters: DataFrame | None) -> DataFrame:
    """The records, with those as dead letters that were so when their batch began."""
    remaining = records
    if dead_letters is not None:
        remaining = records.join(dead_letters.select(RECORD), RECORD, "left_anti").select(
            *records.columns
        )
    changed_record = (
        remaining.where(F.col(DEAD_LETTER).isNotNull()).select(f"{DEAD_LETTER}.*").head()
    )
    if changed_record is not None:
        location = "offset {offset} of partition {partition} of topic {topic}".format(
            **changed_record.asDict()
        )
        raise ChangedVerdictError(
            f"the record at {location} was decoded when its batch began, so that it may have been"
            f" written, and cannot be decoded now: {changed_record['error']}\n{_WAY_OUT}"
        )
    return (
        remaining
        if dead_letters is None
        else remaining.unionByName(dead_letters, allowMissingColumns=True)
    )
