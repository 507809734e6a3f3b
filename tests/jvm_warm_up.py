"""A job that loads the classes that tests need: batches and streams, files, joins and Python."""

from __future__ import annotations

from pathlib import Path
import shutil
import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def transform_rows(spark: SparkSession) -> DataFrame:
    """Aggregates, a window, a join, a set operation and functions of each family."""
    rows = spark.createDataFrame([(1, "a", 1.5), (2, "b", None)], "id long, name string, x double")
    rows = rows.withColumn("at", F.expr("timestamp'2024-01-01 00:00:00' + id * interval 1 hour"))
    rows = rows.withColumn("price", F.expr("cast(id as decimal(12, 2)) * 1.10"))
    rows = rows.withColumn("tags", F.expr("transform(array(name, upper(name)), t -> t || id)"))
    rows = rows.withColumn("named", F.expr("struct(name, map(name, id) as ids)"))
    rows = rows.withColumn("text", F.expr("to_json(named)"))
    rows = rows.withColumn("parsed", F.expr("from_json(text, 'name string')"))
    rows.createOrReplaceTempView("rows")
    spark.sql(
        "select *, row_number() over (partition by name order by at) as n from rows"
    ).collect()
    totals = rows.groupBy("name").agg(F.sum("x"), F.countDistinct("id"), F.max("price"))
    joined = rows.join(totals, "name", "left").union(rows.join(totals, "name"))
    joined.dropDuplicates(["id"]).orderBy("id").collect()
    rows.groupBy("id").pivot("name").count().collect()
    rows.select(F.udf(lambda name: f"{name}!")("name"), "id").collect()
    rows.select("id", F.explode("tags")).where("id > 1 or col like 'a%'").toArrow()
    return rows


def write_files(rows: DataFrame, folder: Path) -> None:
    """Files of each format, written and read."""
    flat = rows.select("id", "name", "at", "price")
    for kind in ("parquet", "json", "csv", "orc"):
        path = str(folder / kind)
        flat.write.partitionBy("name").format(kind).mode("overwrite").save(path)
        flat.sparkSession.read.format(kind).schema(flat.schema).load(path).collect()
    flat.selectExpr("to_json(struct(*)) as value").write.text(str(folder / "text"))


def run_streams(spark: SparkSession, folder: Path) -> None:
    """A stream of files into files, and one with state into a function."""
    source = spark.readStream.schema("id long, at timestamp").json(str(folder / "json"))
    files = source.writeStream.format("parquet").option("path", str(folder / "copy"))
    state = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
    spark.conf.set("spark.sql.streaming.stateStore.providerClass", state)
    counts = source.withWatermark("at", "1 hour").groupBy(F.window("at", "1 hour")).count()
    batches = counts.writeStream.foreachBatch(lambda batch, _: batch.show())
    for name, writer in (("files", files), ("batches", batches)):
        writer = writer.option("checkpointLocation", str(folder / "checkpoints" / name))
        writer.trigger(availableNow=True).start().awaitTermination()


def main() -> None:
    """Run all of it, in a folder that is given and does not stay."""
    folder = Path(sys.argv[1])
    builder = SparkSession.builder.config("spark.ui.enabled", False)
    builder = builder.config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    spark = builder.config("spark.sql.shuffle.partitions", 2).getOrCreate()
    write_files(transform_rows(spark), folder)
    run_streams(spark, folder)
    spark.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
