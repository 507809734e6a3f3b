"""Plain Spark on pairs of versions: neither the compiler's verdict nor the runtime has a say.

A pair reads a first file by the old version, then a second one by the new version on the same
checkpoint. What that writes is compared with the second batch of a fresh start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
import json
import os
from pathlib import Path
import shutil
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

from ssbt.compiler.driver import CheckResult, check_pipeline, emit_files
from ssbt.runtime import Job, Stream
from tests.spark.restarts.matrix import Pair

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Batches = dict[int, list[str]] | None
_COLUMNS = ("k", "j", "v", "w", "l", "at", "t", "z", "d")
_EVENTS: list[list[tuple[Any, ...]]] = [
    [
        (
            "a",
            "x",
            1,
            10,
            100,
            "2026-01-01T10:00:00Z",
            "a,b|c",
            "2026-01-01 20:00:00",
            "03/04/2026",
        ),
        ("a", "y", 2, 20, 200, "2026-01-01T20:00:20Z", "b|a", "2026-01-01 10:00:00", "03/04/2026"),
        ("b", "x", 3, 30, 300, "2026-01-01T10:00:40Z", None, "2026-01-01 10:00:00", "04/05/2026"),
        ("b", "x", 4, 40, 400, "2026-01-01T16:00:40Z", "a", "2026-01-01 10:00:00", "04/05/2026"),
        ("b", "y", None, 3, 400, "2026-01-01T10:00:05Z", "", "2026-01-02 01:00:00", "05/05/2026"),
    ],
    [
        ("a", "x", 5, 50, 500, "2026-01-01T10:00:30Z", "a,b", "2026-01-01 20:00:00", "03/04/2026"),
        ("b", "x", 2, 60, 250, "2026-01-01T16:00:50Z", "a|b", "2026-01-01 10:00:00", "04/05/2026"),
        ("c", "x", 2, 60, 600, "2026-01-01T10:01:10Z", "c", "2026-01-01 10:00:00", "04/05/2026"),
        ("x", "a", 7, 70, 700, "2026-01-01T10:00:15Z", "b", "2026-01-01 10:00:00", "03/04/2026"),
        ("a", "z", 2, 90, 900, "2026-01-01T21:00:00Z", None, "2026-01-01 10:00:00", "03/04/2026"),
        ("a", "z", 1, 90, 900, "2026-01-01T10:00:00Z", None, "2026-01-01 10:00:00", "03/04/2026"),
        ("b", "x", 3, 30, 300, "2026-01-01T10:00:40Z", None, "2026-01-01 10:00:00", "04/05/2026"),
    ],
]
_OTHERS: list[list[tuple[str, int, str]]] = [
    [
        ("a", 1, "2026-01-01T10:00:00Z"),
        ("x", 2, "2026-01-01T11:30:00Z"),
        ("north", 5, "2026-01-01T10:00:00Z"),
        ("A", 6, "2026-01-01T10:00:00Z"),
    ],
    [
        ("b", 3, "2026-01-01T10:00:00Z"),
        ("a", 7, "2026-01-01T10:30:00Z"),
        ("z", 4, "2026-01-09T10:00:00Z"),
        ("B", 6, "2026-01-01T10:00:00Z"),
        ("south", 5, "2026-01-01T10:00:00Z"),
        ("2026-01-01", 8, "2026-01-01T10:00:00Z"),
        ("2", 9, "2026-01-01T10:00:00Z"),
        ("1", 9, "2026-01-01T10:00:00Z"),
    ],
]
_ROOMS = "name,room,size\na,north,1\nx,south,2\nb,south,3\na,east,2\na,north,1\n"
_SUMS = """
from pyspark.sql import Row
from pyspark.sql.streaming.stateful_processor import StatefulProcessor

class Sums(StatefulProcessor):
    def init(self, handle):
        pass

    def handleInputRows(self, key, rows, timerValues):
        new = sum(int(row.v or 0) for row in rows)
        count = (self.total.get() or (0,))[0] + new
        self.total.update((count,))
        yield Row(k=str(key[0]), n=count)

    def close(self):
        pass
"""
_MODULES = {"kept.py": "def keep(rows, batch):\n    pass\n", "counting.py": _SUMS}
_ROCKSDB = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
_SETTINGS = {
    "spark.sql.streaming.noDataMicroBatches.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    # A query runs for a second, and would be compiled for as long.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def outcomes(spark: SparkSession, pairs: Sequence[Pair], root: Path) -> Iterator[tuple[str, str]]:
    """What Spark makes of each pair: right, wrong, stops, or that a version fails by itself."""
    lake, folders = root / "lake", _Folders(root)
    lay(lake, 0)
    first = {folder: run(spark, *each, lake, folder) for each, folder in folders.old(pairs)}
    lay(lake, 1)
    fresh = {folder: run(spark, *each, lake, folder) for each, folder in folders.new(pairs)}
    for number, pair in enumerate(pairs):
        old, new = folders.of(pair)
        if first[old] is None or fresh[new] is None:
            yield pair.name, "fails"
            continue
        copy = root / f"pair{number}"
        shutil.copytree(old, copy)
        # Spark knows queries by this, and stops one of two.
        (copy / ".metadata.crc").unlink(missing_ok=True)
        (copy / "metadata").write_text(json.dumps({"id": str(uuid4())}))
        written = run(spark, pair.new, pair.python[1], lake, copy)
        second = {n: rows for n, rows in (fresh[new] or {}).items() if n > 0}
        yield pair.name, "stops" if written is None else "right" if written == second else "wrong"


class _Folders:
    """A checkpoint for each version: many pairs have the same old one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[object, Path] = {}

    def old(self, pairs: Sequence[Pair]) -> Iterator[tuple[tuple[str, dict[str, str]], Path]]:
        yield from self._each(("old", pair.old, pair.python[0]) for pair in pairs)

    def new(self, pairs: Sequence[Pair]) -> Iterator[tuple[tuple[str, dict[str, str]], Path]]:
        yield from self._each(("new", pair.new, pair.python[1]) for pair in pairs)

    def of(self, pair: Pair) -> tuple[Path, Path]:
        old = self._folder("old", pair.old, pair.python[0])
        return old, self._folder("new", pair.new, pair.python[1])

    def _each(
        self, versions: Iterator[tuple[str, str, dict[str, str]]]
    ) -> Iterator[tuple[tuple[str, dict[str, str]], Path]]:
        done: set[Path] = set()
        for word, text, python in versions:
            folder = self._folder(word, text, python)
            if folder not in done:
                done.add(folder)
                yield (text, python), folder

    def _folder(self, word: str, text: str, python: Mapping[str, str]) -> Path:
        key = word, text, tuple(sorted(python.items()))
        return self._known.setdefault(key, self._root / f"{word}{len(self._known)}")


def compiled(text: str, python: Mapping[str, str]) -> CheckResult:
    """A version through the compiler."""
    files = {"p.ssbt": text, **_MODULES, **python}

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path].encode()

    result = check_pipeline("p.ssbt", read)
    assert result.pipeline is not None, [each.message for each in result.findings]
    return result


def run(
    spark: SparkSession, text: str, python: Mapping[str, str], lake: Path, checkpoint: Path
) -> Batches:
    """The rows of each batch, in an order of their own; None where Spark stops."""
    result = compiled(text, python)
    assert result.pipeline is not None
    session = spark.newSession()
    for name, value in (*_SETTINGS.items(), *result.pipeline.spark):
        if name.startswith("spark.sql."):
            session.conf.set(name, value)
    if "stateful" in text:
        session.conf.set("spark.sql.streaming.stateStore.providerClass", _ROCKSDB)
    batches: dict[int, list[str]] = {}

    def keep(rows: DataFrame, batch: int) -> None:
        batches.setdefault(batch, []).extend(sorted(str(tuple(row)) for row in rows.collect()))

    def run_plainly(*streams: Stream) -> None:
        for each in streams:
            each.start_query().awaitTermination()

    script = emit_files(result)[0].content.decode()
    script = script.replace('"checkpoints/result"', repr(str(checkpoint)))
    space: dict[str, Any] = {"__name__": "restarts"}
    texts = {name.removesuffix(".py"): each for name, each in {**_MODULES, **python}.items()}
    modules = {name: ModuleType(name) for name in ("restarts", *texts)}
    with patch.dict(sys.modules, modules):
        # One imports another.
        for name in sorted(texts, key=lambda each: each == "passing"):
            exec(texts[name], vars(modules[name]))
        vars(modules["kept"])["keep"] = keep
        exec(compile(script, "restarts.py", "exec"), space)
        space["run_streams"] = run_plainly
        try:
            space["run"](Job(session, space["Params"](lake=str(lake))))
        except Exception:
            return None
    return batches


def lay(lake: Path, number: int) -> None:
    """Put the files of a batch where the versions read them, the older ones first."""
    events = [dict(zip(_COLUMNS, each, strict=True)) for each in _EVENTS[number]]
    lines = [",".join(_cell(each[name]) for name in _COLUMNS[:6]) for each in events]
    others = [dict(zip(("name", "n", "since"), each, strict=True)) for each in _OTHERS[number]]
    for place, rows, end in (
        ("events", map(json.dumps, events), "json"),
        ("moved", map(json.dumps, events), "json"),
        ("lines", iter(lines), "csv"),
        ("others", map(json.dumps, others), "json"),
    ):
        _write(lake / place / f"{number}.{end}", "\n".join(rows) + "\n", number)
    _write(lake / "rooms" / "all.csv", _ROOMS, 0)
    _write(lake / "other rooms" / "all.csv", _ROOMS.replace("north", "west"), 0)


def _write(path: Path, text: str, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1_700_000_000 + 100 * number,) * 2)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
