"""What a DataFrame reads, before it does."""

from collections.abc import Iterator
import logging

from pyspark.sql import DataFrame


def warn_of_missing_files(frame: DataFrame, log: logging.Logger) -> None:
    """One warning for each path without files."""
    for path in paths_without_files(frame):
        log.warning("there are no files to read in %s, so it has no rows", path)


def paths_without_files(frame: DataFrame) -> list[str]:
    """The paths that the frame reads files from where there are none, or hidden ones alone.

    A path that does not exist is Spark's own error; where it does, all one sees is no rows.
    """
    try:
        return sorted(set(_empty_paths(frame)))
    except Exception:
        # A session without a JVM beside it, such as Spark Connect.
        logging.getLogger("ssbt.runtime").debug("no look at the files", exc_info=True)
        return []


def _empty_paths(frame: DataFrame) -> Iterator[str]:
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()
    for number in range(leaves.size()):
        leaf = leaves.apply(number)
        if leaf.getClass().getSimpleName() != "LogicalRelation":
            continue
        relation = leaf.relation()
        if relation.getClass().getSimpleName() != "HadoopFsRelation":
            continue
        files = relation.location()
        # An index of a catalogue would list a whole table to answer.
        if files.getClass().getSimpleName() == "InMemoryFileIndex" and not len(files.inputFiles()):
            paths = files.rootPaths()
            yield from (paths.apply(index).toString() for index in range(paths.size()))
