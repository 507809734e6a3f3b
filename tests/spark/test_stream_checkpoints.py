"""What a checkpoint may be gone on from, and what damage to it is noticed, on a real Spark."""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path
import shutil
from typing import TYPE_CHECKING, Any

from pyspark.errors import StreamingQueryException
import pytest

from ssbt.runtime import Job
from ssbt.runtime.checkpoints.damage import WAY_OUT
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.files.stores import Files
from ssbt.runtime.streams.operation import OPERATION, Operation
from tests.spark.fixtures.streams_job import Params, run
from tests.spark.stream_jobs import add_events

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]


def go_on(
    spark: SparkSession,
    lake: Path,
    *streams: str,
    pipeline: str = "streams",
    accepted: str | None = None,
    window: str = "1 hour",
) -> None:
    """Run these streams through what there is."""
    token = OPERATION.set(Operation(pipeline, 0, frozenset({accepted} if accepted else ())))
    try:
        run(Job(spark, Params(str(lake), streams, window=window)))
    finally:
        OPERATION.reset(token)


def refusals(spark: SparkSession, lake: Path, *streams: str, **changed: str) -> list[str]:
    """Why these streams cannot go on, without the way out, which each text has."""
    with pytest.raises(CheckpointsRefusedError) as caught:
        go_on(spark, lake, *streams, **changed)
    ends = [f"\nIf that is meant or mended: --accept-checkpoint-change {name}" for name in streams]
    assert all(text.endswith(tuple(ends)) for text in caught.value.args)
    texts = [text.rsplit("\n", 1)[0].replace(str(lake), "LAKE") for text in caught.value.args]
    assert not list(lake.glob("checkpoints/*/_ssbt/lease*")), "whoever is refused holds nothing"
    return texts


def records(lake: Path, stream: str) -> list[dict[str, Any]]:
    folder = lake / "checkpoints" / stream / "_ssbt" / "identity"
    return [
        json.loads((folder / name).read_text())
        for name in sorted(p.name for p in folder.iterdir() if p.name.isdigit())
    ]


def test_a_change_is_refused_until_it_is_accepted(spark: SparkSession, tmp_path: Path) -> None:
    add_events(tmp_path, 0)
    go_on(spark, tmp_path, "hourly", "copied")
    go_on(spark, tmp_path, "hourly", "copied")
    begin = "stream `hourly` cannot go on from its checkpoint LAKE/checkpoints/hourly: "
    change = "was `aggregate: count(*) by window(at, '1 hour')`, is "
    changed = (
        f"{begin}the query has changed:\n- {change}`aggregate: count(*) by window(at, '1 day')`"
    )
    assert refusals(spark, tmp_path, "hourly", "copied", window="1 day") == [changed]
    other = "it belongs to stream `hourly` of pipeline `streams`"
    assert refusals(spark, tmp_path, "hourly", pipeline="other") == [begin + other]
    assert len(records(tmp_path, "hourly")) == 1
    go_on(spark, tmp_path, "hourly", pipeline="other", accepted="hourly")
    last = records(tmp_path, "hourly")[-1]
    assert last["pipeline"] == "other"
    (accepted,) = last["accepted"]
    assert other in accepted
    go_on(spark, tmp_path, "hourly", pipeline="other")
    with pytest.raises(
        CheckpointsRefusedError, match=r"unknown stream `hurly`.*did you mean `hourly`"
    ):
        go_on(spark, tmp_path, "hourly", pipeline="other", accepted="hurly")


def test_checkpoints_of_others(spark: SparkSession, tmp_path: Path) -> None:
    """One that hand-written code has made, and one of another stream; all is reported at once."""
    add_events(tmp_path, 0)
    go_on(spark, tmp_path, "copied", "overwritten")
    checkpoints = tmp_path / "checkpoints"
    shutil.rmtree(checkpoints / "copied" / "_ssbt")
    (checkpoints / "overwritten").rename(checkpoints / "appended")
    copied, appended = refusals(spark, tmp_path, "copied", "appended")
    assert copied.endswith(
        "it holds no record of what made it, so nothing tells whether it fits the query"
    )
    assert appended.endswith("it belongs to stream `overwritten` of pipeline `streams`")


def test_our_folder_does_not_disturb_spark(spark: SparkSession, tmp_path: Path) -> None:
    """Spark's own files are the same with and without it, and plain Spark goes on from there."""
    add_events(tmp_path, 0, 1)
    go_on(spark, tmp_path, "copied")
    checkpoint = tmp_path / "checkpoints" / "copied"

    def plain(name: str) -> set[str]:
        events = spark.readStream.schema("id BIGINT, at TIMESTAMP").option("maxFilesPerTrigger", 1)
        query = (
            events.json(f"{tmp_path}/events")
            .writeStream.format("json")
            .trigger(availableNow=True)
            .option("checkpointLocation", str(tmp_path / "checkpoints" / name))
            .start(str(tmp_path / name))
        )
        query.awaitTermination()
        names = (tmp_path / "checkpoints" / name).rglob("*")
        return {str(file.relative_to(tmp_path / "checkpoints" / name)) for file in names}

    assert plain("plain") == {
        str(file.relative_to(checkpoint))
        for file in checkpoint.rglob("*")
        if "_ssbt" not in file.parts
    }
    add_events(tmp_path, 2)
    plain("copied")
    rows = spark.read.schema("id BIGINT, at TIMESTAMP").json(str(tmp_path / "copied"))
    assert sorted(row.id for row in rows.collect()) == list(range(30))


@pytest.fixture(scope="module")
def full(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint and its output, with logs long enough to have been compacted once."""
    lake = tmp_path_factory.mktemp("full")
    add_events(lake, *range(12))
    go_on(spark, lake, "copied")
    return lake


@pytest.fixture
def damaged(full: Path, tmp_path: Path) -> Iterator[Path]:
    """The lake, which is put back at the end; the log of a sink has absolute paths in it."""
    shutil.copytree(full, tmp_path / "copy")
    yield full
    shutil.rmtree(full)
    shutil.copytree(tmp_path / "copy", full)


FILES = [
    "checkpoints/copied/metadata",
    "checkpoints/copied/offsets/11",
    "checkpoints/copied/offsets/10",
    "checkpoints/copied/commits/11",
    "checkpoints/copied/sources/0/11",
    "checkpoints/copied/sources/0/9.compact",
    "copied/_spark_metadata/11",
    "copied/_spark_metadata/9.compact",
    "checkpoints/copied/_ssbt/identity/2",
]


@pytest.mark.parametrize("file", FILES)
def test_damage_is_named(spark: SparkSession, damaged: Path, file: str) -> None:
    """Each way to damage a file is refused with its name, checksum or not."""
    path = damaged / file
    content = path.read_bytes()
    checksum = path.with_name(f".{path.name}.crc")
    name = f"LAKE/{file}".replace("9.compact", "9")
    kinds = {
        "is cut off": content[: len(content) // 2],
        "is empty": b"",
        "is garbled": b"\x00garbage\xff" * 20,
        "is missing": None,
    }
    for with_checksum in (True, False):
        if not with_checksum:
            checksum.unlink()
        for wrong, bad in kinds.items():
            if bad is None:
                path.unlink()
                if file.endswith(("commits/11", "identity/2")):
                    continue
            else:
                path.write_bytes(bad)
            (text,) = refusals(spark, damaged, "copied")
            assert name in text
            assert wrong in text or (with_checksum and "cannot be read" in text)
            assert text.endswith(f"; {WAY_OUT}")
        path.write_bytes(content)


def test_a_missing_last_commit_repeats_the_batch(spark: SparkSession, damaged: Path) -> None:
    """It cannot be told from a crash; the file sink knows that it has the batch."""
    (damaged / "checkpoints/copied/commits/11").unlink()
    (damaged / "checkpoints/copied/commits/.11.crc").unlink()
    go_on(spark, damaged, "copied")
    rows = spark.read.schema("id BIGINT, at TIMESTAMP").json(str(damaged / "copied"))
    assert sorted(row.id for row in rows.collect()) == list(range(120))


def test_lost_logs(spark: SparkSession, damaged: Path) -> None:
    """Whole folders."""
    for folder in (
        "checkpoints/copied/offsets",
        "checkpoints/copied/commits",
        "copied/_spark_metadata",
    ):
        kept = damaged / f"{folder}.kept"
        (damaged / folder).rename(kept)
        assert any(f"{folder}/" in text for text in refusals(spark, damaged, "copied"))
        kept.rename(damaged / folder)


def test_damaged_state(
    spark: SparkSession, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Spark notices it, and the log has the folder and the way out."""
    add_events(tmp_path, 0, 1)
    go_on(spark, tmp_path, "hourly")
    add_events(tmp_path, 2)
    for file in (tmp_path / "checkpoints/hourly/state/0").glob("*/*.delta"):
        file.write_bytes(file.read_bytes()[:-20])
        file.with_name(f".{file.name}.crc").unlink()
    with pytest.raises(StreamingQueryException, match="CANNOT_LOAD_STATE_STORE"):
        go_on(spark, tmp_path, "hourly")
    assert caplog.messages[-1] == (
        f"stream hourly has failed: {tmp_path}/checkpoints/hourly/state is damaged; {WAY_OUT}"
    )


def test_a_record_is_written_whole_or_not_at_all(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that is killed while it writes one leaves nothing that a later one would read."""

    def kill(self: Files, old: str, new: str) -> None:
        raise KeyboardInterrupt

    folder = str(tmp_path / "identity")
    with monkeypatch.context() as patched:
        patched.setattr(Files, "rename", kill)
        with pytest.raises(KeyboardInterrupt):
            Files(spark).write(f"{folder}/1", "{}")
    assert [each.suffix for each in tmp_path.glob("identity/*") if each.suffix != ".crc"] == [
        ".tmp"
    ]
    assert Files(spark).names(folder) == []
    for text in ("{}", '{"number": 2}'):
        Files(spark).write(f"{folder}/1", text)
        assert Files(spark).content(f"{folder}/1").decode() == text
    assert Files(spark).names(folder) == ["1"]
