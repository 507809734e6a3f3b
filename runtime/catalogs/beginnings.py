"""Where streams of Iceberg's tables begin, as far as the snapshots there are still kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
import json
import logging
import re
from typing import Any

from pyspark.sql import DataFrame

from ssbt.runtime.files.stores import Files

_LOG = logging.getLogger("ssbt.runtime")
_SINCE = "stream-from-timestamp"
_SNAPSHOT, _NONE_YET = "snapshot_id", -1
_ICEBERG = re.compile(r"org\.apache\.iceberg\.spark\.")


@dataclass(frozen=True)
class _Source:
    """A table, as Iceberg's own library has it, and the time since when it is read."""

    table: Any
    since: int | None

    def find_oldest(self, util: Any) -> Any:
        """The oldest snapshot, if others were before it; None if all of them are there."""
        self.table.refresh()
        if self.table.currentSnapshot() is None:
            return None
        oldest = util.oldestAncestor(self.table)
        is_first = oldest.parentId() is None
        is_early = self.since is not None and self.since >= oldest.timestampMillis()
        return None if is_first or is_early else oldest


def find_beginnings(writer: Any, name: str, checkpoint: str, files: Files) -> "Beginnings | None":
    """Those of the stream of a writer; None where its plan does not tell its tables."""
    try:
        return Beginnings(writer._df, checkpoint, files)
    except Exception:
        _LOG.debug("the tables of stream %s are not known", name, exc_info=True)
        return None


class Beginnings:
    """The snapshots that a stream begins with, in tables that it reads.

    Spark's name of a source is its place among all; None stands for one that is not Iceberg's.
    """

    def __init__(self, frame: DataFrame, checkpoint: str, files: Files) -> None:
        self._folder, self._files = checkpoint.rstrip("/"), files
        session: Any = frame.sparkSession
        self._jvm = session._jvm
        self._sources = [*_find_sources(frame)]

    def problems(self, committed: int | None) -> Iterator[str]:
        """Tables of which the stream would begin with other rows than those that they have.

        Iceberg begins with what the oldest snapshot has added. If it is not the first one, rows
        that came before are missed, and nothing tells.
        """
        if not any(self._sources):
            return
        util = self._jvm.org.apache.iceberg.util.SnapshotUtil
        places = self._read_places(committed)
        for number, source in enumerate(self._sources):
            begins = places.get(number, {}).get(_SNAPSHOT, _NONE_YET) == _NONE_YET
            oldest = source.find_oldest(util) if source is not None and begins else None
            if source is not None and oldest is not None:
                time = datetime.fromtimestamp(oldest.timestampMillis() / 1000, UTC)
                text = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                yield (
                    f"the first snapshots of the table {source.table.name()} have expired: it would"
                    f" begin with what the oldest one, of {text}, has added, and miss all rows that"
                    " the table had before. Write those with a batch job, and begin after it:"
                    f' `starting_timestamp = "{text}"` or later'
                )

    def record(self) -> None:
        """Let go of where the stream began, once it has come further.

        To read what is available now, Iceberg looks that snapshot up at each start, and fails when
        it has expired, although nothing is read from there.
        """
        if not any(self._sources) or not self._files.names(f"{self._folder}/commits"):
            return
        for number, text in self._find_beginnings():
            if _SNAPSHOT in _parse(text):
                self._files.delete(f"{self._folder}/sources/{number}/offsets/0")

    def _read_places(self, committed: int | None) -> dict[int, dict[str, Any]]:
        """Up to where each source is read; before the first batch ends, where it began."""
        if committed is None or committed < 0:
            return {number: _parse(text) for number, text in self._find_beginnings()}
        content = self._files.content(f"{self._folder}/offsets/{committed}")
        return dict(enumerate(map(_parse, content.decode().splitlines()[2:])))

    def _find_beginnings(self) -> Iterator[tuple[int, str]]:
        """The number of a source, and what its file says."""
        for number in filter(str.isdigit, self._files.names(f"{self._folder}/sources")):
            folder = f"{self._folder}/sources/{number}/offsets"
            if "0" in self._files.names(folder):
                yield int(number), self._files.content(f"{folder}/0").decode()


def _parse(text: str) -> dict[str, Any]:
    """What an offset says, if it has fields."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _find_sources(frame: DataFrame) -> Iterator[_Source | None]:
    """The sources of a stream, in the order in which Spark numbers them."""
    plan: Any = frame
    leaves = plan._jdf.queryExecution().analyzed().collectLeaves()
    for leaf in (leaves.apply(number) for number in range(leaves.size())):
        kind = leaf.getClass().getSimpleName()
        if not kind.startswith("Streaming"):
            continue
        is_table = kind == "StreamingRelationV2"
        table = leaf.table() if is_table else None
        if table is None or not _ICEBERG.match(table.getClass().getName()):
            yield None
            continue
        since = leaf.extraOptions().get(_SINCE)
        yield _Source(table.table(), int(since) if since is not None else None)
