"""What checkpoints tell of the streams that read a table, and numbers for people."""

from __future__ import annotations

from argparse import ArgumentParser
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from ssbt.runtime.upkeep.options import UPKEEP_OPTIONS, add_upkeep_options, with_upkeep_options
from ssbt.runtime.upkeep.readers import CheckpointUnreadableError, Progress, find_progress
from ssbt.runtime.upkeep.sizes import SmallFiles, describe_bytes

if TYPE_CHECKING:
    from ssbt.runtime.files.stores import Files

TABLE = "0d63c86a-e576-454e-ba52-e5c6e827df96"


class Folder:
    """Files of this machine, without a JVM."""

    def names(self, folder: str) -> list[str]:
        path = Path(folder)
        return [each.name for each in path.iterdir()] if path.is_dir() else []

    def content(self, path: str) -> bytes:
        return Path(path).read_bytes()


def offset(version: int, table: str = TABLE) -> str:
    return json.dumps({"sourceVersion": 1, "reservoirId": table, "reservoirVersion": version})


def checkpoint(folder: Path, *batches: tuple[str, ...], ended: int) -> str:
    """A checkpoint with the offsets of batches, of which this many have ended."""
    for name in ("offsets", "commits"):
        (folder / name).mkdir()
    for number, offsets in enumerate(batches):
        lines = ["v1", '{"batchWatermarkMs":0}', *offsets]
        (folder / "offsets" / str(number)).write_text("\n".join(lines))
        (folder / "offsets" / f".{number}.crc").write_bytes(b"crc\xc4")
    for number in range(ended):
        (folder / "commits" / str(number)).write_text("v1\n{}")
    return str(folder)


def progress(folder: str) -> Progress | None:
    return find_progress(cast("Files", Folder()), "copies", folder, TABLE)


def test_the_last_batch_that_ended_counts(tmp_path: Path) -> None:
    """One that was planned and has not ended is read again."""
    folder = checkpoint(tmp_path, (offset(3),), (offset(7),), (offset(9),), ended=2)
    assert progress(folder) == Progress("copies", 7)


def test_before_the_first_batch_has_ended_nothing_is_known(tmp_path: Path) -> None:
    assert progress(checkpoint(tmp_path, (offset(3),), ended=0)) == Progress("copies", None)


def test_other_sources_are_told_apart(tmp_path: Path) -> None:
    """By the id of the table; of one that is read twice, the older version counts."""
    offsets = ('{"orders":{"0":5}}', "-", offset(1, "other"), offset(8), offset(6))
    assert progress(checkpoint(tmp_path, offsets, ended=1)) == Progress("copies", 6)


def test_a_stream_of_another_table(tmp_path: Path) -> None:
    assert progress(checkpoint(tmp_path, (offset(1, "other"),), ended=1)) is None


def test_a_stream_without_a_checkpoint_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert progress(str(tmp_path / "none")) is None
    assert "the stream `copies` has no checkpoint in" in caplog.text


def test_what_cannot_be_read_stops_the_upkeep(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, ("{half",), ended=1)
    with pytest.raises(CheckpointUnreadableError, match="what `copies` has read"):
        progress(folder)


def test_options_of_the_command_line() -> None:
    parser = ArgumentParser()
    add_upkeep_options(parser)
    with with_upkeep_options(parser.parse_args(["--dry-run", "--reader", "a=b=c"])):
        assert UPKEEP_OPTIONS.get().dry_run
        assert UPKEEP_OPTIONS.get().readers == {"a": "b=c"}
    assert not UPKEEP_OPTIONS.get().dry_run
    with pytest.raises(SystemExit):
        parser.parse_args(["--reader", "a"])


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB")],
)
def test_bytes(size: int, text: str) -> None:
    assert describe_bytes(size) == text


def test_small_files() -> None:
    assert str(SmallFiles(3, 2048, 1)) == "3 small files (2.0 KiB) in 1 partition"
    assert str(SmallFiles(0, 0, 0)) == "no partition has two files that are small"
