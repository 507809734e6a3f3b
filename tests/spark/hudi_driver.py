"""Generated scripts run one after another in one session, by a Python that has another PySpark.

The first argument is a JSON file with settings of the session and names of scripts. Into the file
that the second one names goes a list of what came of each: "" or the error, or, where the name
begins with `read`, the rows of its dataset `rows`; and for each name of a column whether Hudi
takes it.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
import sys
from typing import Any

from pyspark.sql import SparkSession


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    builder = SparkSession.builder.master("local[2]")
    for name, value in plan["settings"].items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    results = [run(spark, name, reads=name.startswith("read")) for name in plan["scripts"]]
    document = {"scripts": results, "names": [takes_name(spark, *each) for each in plan["names"]]}
    Path(sys.argv[2]).write_text(json.dumps(document, default=str), "utf-8")


def takes_name(spark: SparkSession, name: str, folder: str) -> bool:
    """Whether Hudi writes a column that is called so."""
    writer = spark.range(1).withColumnRenamed("id", name).write.format("hudi")
    try:
        writer.option("hoodie.table.name", "names").mode("append").save(folder)
    except Exception:
        return False
    return True


def run(spark: SparkSession, name: str, *, reads: bool) -> Any:
    from ssbt.runtime import Job

    module = importlib.import_module(name)
    try:
        if reads:
            rows = module.rows(Job(spark, None)).collect()
            return sorted(([*row] for row in rows), key=str)
        module.run(Job(spark, module.Params() if hasattr(module, "Params") else None))
    except Exception as error:
        cause = getattr(error, "java_exception", None)
        texts = [str(error)]
        while cause is not None and len(texts) < 9:
            texts.append(str(cause.getMessage()))
            cause = cause.getCause()
        return "\n".join(texts)
    return ""


if __name__ == "__main__":
    main()
