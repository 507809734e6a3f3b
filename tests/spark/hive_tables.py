"""A session with a Hive metastore in a folder, and what becomes of tables in it, a line each.

A process of its own: what a session's catalog is counts for its whole JVM.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pyspark.sql import SparkSession

from ssbt.runtime import SchemaMismatchError, create_table, insert_rows, table_folder, table_writer


def main(folder: str) -> None:
    builder: Any = SparkSession.builder
    spark = (
        builder.master("local[1]")
        .config("spark.ui.enabled", False)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 1)
        .config("spark.sql.warehouse.dir", f"{folder}/warehouse")
        .config(
            "spark.hadoop.javax.jdo.option.ConnectionURL",
            f"jdbc:derby:;databaseName={folder}/metastore;create=true",
        )
        .enableHiveSupport()
        .getOrCreate()
    )

    def tell(name: str, table: str = "") -> None:
        rows = sorted(map(tuple, spark.table(table).select("id", "p").collect())) if table else []
        print(json.dumps({name: rows}), flush=True)

    def attempt(name: str, **options: Any) -> None:
        try:
            insert_rows(spark.sql("SELECT 'a' AS p, 3L AS id"), "parted", "out", **options)
            tell(name, "parted")
        except SchemaMismatchError as error:
            print(json.dumps({name: str(error)}), flush=True)

    rows = spark.sql("SELECT * FROM VALUES ('a', 1L), ('b', 2L) AS t(p, id)")
    spark.sql("CREATE TABLE plain (id BIGINT, p STRING) STORED AS PARQUET")
    insert_rows(rows, "plain", "out")
    insert_rows(rows.where("id = 2"), "plain", "out", overwrite="static")
    tell("plain", "plain")

    spark.sql("CREATE TABLE parted (id BIGINT) PARTITIONED BY (p STRING) STORED AS ORC")
    insert_rows(rows, "parted", "out")
    rows.where("id = 1").select("id", "p").write.insertInto("parted", overwrite=True)
    tell("Spark's own overwrite", "parted")
    attempt("static", overwrite="static")
    attempt("dynamic", overwrite="dynamic")

    create_table(rows, format="parquet", table="made", partition_by=["p"], comment="made")
    insert_rows(rows, "made", "out", format="parquet")
    insert_rows(rows.where("id = 2"), "made", "out", overwrite="dynamic")
    tell("made", "made")

    create_table(rows, format="orc", table="streamed", partition_by=["p"])
    rows.write.parquet(f"{folder}/in")
    stream = spark.readStream.schema("p string, id bigint").parquet(f"{folder}/in")
    writer = table_writer(stream, "streamed", "out")
    writer = writer.option("checkpointLocation", f"{folder}/checkpoint").trigger(availableNow=True)
    writer.toTable("streamed").awaitTermination()
    tell("streamed", "streamed")
    assert table_folder(spark, "streamed") == f"file:{folder}/warehouse/streamed"
    try:
        table_writer(stream, "plain", "out")
    except SchemaMismatchError as error:
        print(json.dumps({"stream": str(error)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
