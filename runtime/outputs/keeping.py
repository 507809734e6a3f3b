"""A stream that begins anew behind the files that its folder has, which readers go on to see.

The log of the folder becomes one batch, number 0, that lists what readers see. The new checkpoint
must then have a batch 0, too: Spark is made to run one over no rows, into nothing, so that all
state there is has its first version. The stream's own first batch is number 1.
"""

from collections.abc import Iterable, Mapping
from itertools import takewhile
import json
import logging
import shutil
import tempfile
from typing import Any
from urllib.parse import unquote

from pyspark.sql import SparkSession
from pyspark.sql.streaming.readwriter import DataStreamWriter

from ssbt.runtime.checkpoints.files import Files
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.outputs.folders import LOG, Output

_LOG = logging.getLogger("ssbt.runtime")


def keep_outputs(
    outputs: Mapping[Output, str], stream: str, checkpoint: str, writer: DataStreamWriter
) -> None:
    """Let a stream write on behind what readers see in its folders.

    `outputs` have the columns that files are partitioned by, with commas between. Raises
    CheckpointsRefusedError where the files in a folder lie in other folders than the new ones.
    """
    entries = {output: _entries(output, stream, by) for output, by in outputs.items()}
    asides = [_replace_log(each, found) for each, found in entries.items()]
    _run_empty_batch(next(iter(outputs)).files, checkpoint, writer)
    for output, found in entries.items():
        text = "stream %s begins anew behind the %d files that readers of %s see"
        _LOG.warning(text, stream, len(found), output.folder, extra={"stream": stream})
    for aside in filter(None, asides):
        _LOG.info("the log that was there is now %s", aside)


def _entries(output: Output, stream: str, partitions: str) -> list[dict[str, Any]]:
    """What readers see in a folder."""
    logged = output.latest_batch() is not None
    entries = list(output.entries() if logged else _unlogged(output))
    for entry in entries:
        found = _partitions(entry["path"], output.folder)
        if found.casefold() != partitions.casefold():
            raise CheckpointsRefusedError(
                f"stream `{stream}` cannot write on in {output.folder}: {entry['path']} is"
                f" partitioned by ({found}), and new files would be by ({partitions}), which no"
                " reader can put together\nGive the sink another folder, or partition it as before"
            )
    return entries


def _unlogged(output: Output) -> Iterable[dict[str, Any]]:
    """The files that readers find in a folder without a log, as Spark's log has them."""
    for each in output.files.data(output.folder):
        yield {
            "path": each.getPath().toUri().toString(),
            "size": each.getLen(),
            "isDir": False,
            "modificationTime": each.getModificationTime(),
            "blockReplication": each.getReplication(),
            "blockSize": each.getBlockSize(),
            "action": "add",
        }


def _partitions(path: str, folder: str) -> str:
    """The columns after which the folders of a file are called, below the folder of the sink."""
    above, inner = (list(takewhile(_is_partition, parts)) for parts in (_up(folder), _up(path)[1:]))
    named = (unquote(part).partition("=")[0] for part in inner[: len(inner) - len(above)])
    return ", ".join(reversed(list(named)))


def _up(path: str) -> list[str]:
    return path.rstrip("/").split("/")[::-1]


def _is_partition(name: str) -> bool:
    return "=" in name


def _replace_log(output: Output, entries: Iterable[dict[str, Any]]) -> str | None:
    """Put a log of one batch in the place of the one there; where that is now, if there was one."""
    own = f"{output.folder}/_ssbt"
    made = f"{own}/new{LOG}"
    lines = "\n".join(json.dumps(each, separators=(",", ":")) for each in entries)
    output.files.delete(made, whole=True)
    output.files.write(f"{made}/0", f"v1\n{lines}" if lines else "v1")
    aside = None
    if output.files.sizes(output.log):
        aside = f"{own}/{len(output.files.sizes(own))}{LOG}"
        output.files.rename(output.log, aside)
    output.files.rename(made, output.log)
    return aside


def _run_empty_batch(files: Files, checkpoint: str, writer: DataStreamWriter) -> None:
    """Give an empty checkpoint a batch 0 without rows."""
    frame: Any = writer._df
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()
    sources = sum(leaves.apply(index).isStreaming() for index in range(leaves.size()))
    # What is planned and not committed Spark runs again when it starts; of no source anything.
    plan = "\n".join([*_first_lines(frame.sparkSession), *["-"] * sources])
    files.write(f"{checkpoint}/offsets/0", plan)
    empty = frame.writeStream.format("noop").option("checkpointLocation", checkpoint)
    # Once is the trigger that makes one batch, and no other behind it.
    empty.trigger(once=True).start().awaitTermination()


def _first_lines(spark: SparkSession) -> list[str]:
    """What this Spark writes above the sources of a batch 0: the version, the settings."""
    folder = tempfile.mkdtemp()
    try:
        rows = spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 1).load()
        query = rows.writeStream.format("noop").option("checkpointLocation", f"file:{folder}")
        query.trigger(availableNow=True).start().awaitTermination()
        lines = Files(spark).content(f"file:{folder}/offsets/0").decode().splitlines()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lines[:2]
