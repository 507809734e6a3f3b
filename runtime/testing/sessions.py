"""The session that tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

_SETTINGS: dict[str, bool | float | int | str | None] = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.variable.substitute": "false",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


def builder() -> SparkSession.Builder:
    """A session for small tests; its master is spark-submit's affair."""
    return SparkSession.builder.appName("ssbtc test").config(map=_SETTINGS)


@contextmanager
def local_session(runtime: str, warehouse: Path) -> Iterator[SparkSession]:
    """A session on this machine, whose workers find the zip of the runtime, if there is one."""
    local_builder = builder().master("local[2]").config("spark.sql.warehouse.dir", str(warehouse))
    spark = local_builder.getOrCreate()
    if Path(runtime).exists():
        spark.sparkContext.addPyFile(runtime)
    try:
        yield spark
    finally:
        spark.stop()
