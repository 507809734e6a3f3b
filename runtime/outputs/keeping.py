"""A stream that starts from scratch over the files of its folder, which readers continue to see.

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

from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.files.stores import Files
from ssbt.runtime.outputs.folders import LOG, SinkFolder

_LOG = logging.getLogger("ssbt.runtime")


def keep_outputs(
    outputs: Mapping[SinkFolder, str], stream: str, checkpoint: str, writer: DataStreamWriter
) -> None:
    """Let a stream write on behind what readers see in its folders.

    `outputs` have the columns that files are partitioned by, with commas between. Raises
    CheckpointsRefusedError where the files in a folder lie in other folders than the new ones.
    """
    entries = {output: _read_entries(output, stream, by) for output, by in outputs.items()}
    moved_logs = [_replace_log(each, kept_entries) for each, kept_entries in entries.items()]
    _run_empty_batch(next(iter(outputs)).files, checkpoint, writer)
    for output, kept_entries in entries.items():
        text = "stream %s starts from scratch after the %d files that readers of %s see"
        _LOG.warning(text, stream, len(kept_entries), output.folder, extra={"stream": stream})
    for moved_log in filter(None, moved_logs):
        _LOG.info("the log that was there is now %s", moved_log)


def _read_entries(output: SinkFolder, stream: str, partitions: str) -> list[dict[str, Any]]:
    """What readers see in a folder."""
    has_log = output.latest_batch() is not None
    entries = list(output.entries() if has_log else _list_files(output))
    for entry in entries:
        file_partitions = _partition_columns(entry["path"], output.folder)
        if file_partitions.casefold() != partitions.casefold():
            raise CheckpointsRefusedError(
                f"stream `{stream}` cannot write on in {output.folder}: {entry['path']} is"
                f" partitioned by ({file_partitions}), and new files would be by ({partitions}),"
                " which no reader can put together\n"
                "Give the sink another folder, or partition it as before"
            )
    return entries


def _list_files(output: SinkFolder) -> Iterable[dict[str, Any]]:
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


def _partition_columns(path: str, folder: str) -> str:
    """The columns after which the folders of a file are called, below the folder of the sink."""
    folder_parts, file_parts = (
        list(takewhile(_is_partition, parts))
        for parts in (_reversed_parts(folder), _reversed_parts(path)[1:])
    )
    names = (
        unquote(part).partition("=")[0]
        for part in file_parts[: len(file_parts) - len(folder_parts)]
    )
    return ", ".join(reversed(list(names)))


def _reversed_parts(path: str) -> list[str]:
    return path.rstrip("/").split("/")[::-1]


def _is_partition(name: str) -> bool:
    return "=" in name


def _replace_log(output: SinkFolder, entries: Iterable[dict[str, Any]]) -> str | None:
    """Put a log of one batch in the place of the one there; where that is now, if there was one."""
    metadata_folder = f"{output.folder}/_ssbt"
    new_log = f"{metadata_folder}/new{LOG}"
    lines = "\n".join(json.dumps(each, separators=(",", ":")) for each in entries)
    output.files.delete(new_log, whole=True)
    output.files.write(f"{new_log}/0", f"v1\n{lines}" if lines else "v1")
    moved_log = None
    if output.files.names(output.log):
        moved_log = f"{metadata_folder}/{len(output.files.names(metadata_folder))}{LOG}"
        output.files.rename(output.log, moved_log)
    output.files.rename(new_log, output.log)
    return moved_log


def _run_empty_batch(files: Files, checkpoint: str, writer: DataStreamWriter) -> None:
    """Give an empty checkpoint a batch 0 without rows."""
    frame: Any = writer._df
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()
    sources = sum(leaves.apply(index).isStreaming() for index in range(leaves.size()))
    # What is planned and not committed Spark runs again when it starts; of no source anything.
    plan = "\n".join([*_first_lines(frame.sparkSession), *["-"] * sources])
    files.write(f"{checkpoint}/offsets/0", plan)
    empty = frame.writeStream.format("noop").option("checkpointLocation", checkpoint)
    # Once is the trigger that makes one batch, and no other after it.
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
