"""Sizes of files: which are small, and numbers of bytes for people."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

SMALL_BYTES = 1 << 30
"""What is smaller is worth being written together with others."""

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


@dataclass(frozen=True)
class SmallFiles:
    """How many files are small, of how many bytes, where a partition has several of them."""

    files: int
    size: int
    partitions: int

    def __str__(self) -> str:
        if not self.files:
            return "no partition has enough small files"
        noun = "partition" if self.partitions == 1 else "partitions"
        size = describe_bytes(self.size)
        return f"{self.files} small files ({size}) in {self.partitions} {noun}"


def find_small_files(files: DataFrame, below: int = SMALL_BYTES, at_least: int = 2) -> SmallFiles:
    """The small ones of files with `size` and `partitionValues`, if there are that many of them."""
    by_partition = (
        files.where(F.col("size") < below)
        .groupBy(F.to_json("partitionValues"))
        .agg(F.count(F.lit(1)).alias("files"), F.sum("size").alias("size"))
        .where(F.col("files") >= at_least)
    )
    total = by_partition.agg(F.sum("files"), F.sum("size"), F.count(F.lit(1))).collect()[0]
    return SmallFiles(total[0] or 0, total[1] or 0, total[2])


def describe_bytes(size: float) -> str:
    """Such as `1.5 MiB`."""
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} {_UNITS[0]}"
