"""Tables of Hudi, as generated scripts write and read them on Spark 3.5, the only line that has it.

One process runs all scripts, in an environment of its own with the PySpark of that line.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import check_pipeline, emit_files
from tests.jars import artefact, cache_folder, fetch_once

pytestmark = pytest.mark.spark
HERE = Path(__file__).parent
# Names of columns, and whether Hudi takes them, as SSBT0558 has it.
NAMES = {"a b": False, "a-b": False, "a.b": False, "1a": False, "äb_1": True, "名": True}
ORDER = "id: bigint, day: date, tags: array<string>, country: string"


def environment() -> Path:
    """The folder of PySpark 3.5, installed once."""
    requirements = HERE / "hudi_requirements.txt"
    version = requirements.read_text("utf-8").split()[0].replace("==", "_")
    folder = cache_folder() / "tests" / version
    options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--requirement"]
    command = [sys.executable, "-m", "pip", "install", *options, str(requirements), "--target"]

    def install(target: Path) -> None:
        subprocess.run([*command, str(target)], check=True)

    fetch_once(folder, install)
    return folder


class Scripts:
    """Scripts of pipelines, in the order in which they are run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.names = folder, list[str]()

    def write(self, rows: str, options: str, columns: str = ORDER) -> None:
        """Write rows of JSON: the sink is called `out`."""
        name = f"write_{len(self.names)}"
        (self.folder / f"{name}.rows").write_text(rows, "utf-8")
        self._compile(
            name,
            f"schema Row {{ {columns} }}\n"
            f'source rows from json {{ path = "LAKE/{name}.rows", schema = Row }}\n'
            f"sink rows to hudi as out {{ {options} }}\n",
        )

    def overwrite_itself(self, source: str, sink: str) -> None:
        """Read a table, and write what was read in its place."""
        self._compile(
            f"write_{len(self.names)}",
            f"schema Row {{ {ORDER} }}\nsource rows from hudi {{ {source}, schema = Row }}\n"
            f"sink rows to hudi as out {{ {sink} }}\n",
        )

    def read(self, options: str, columns: str = "id: bigint, country: string") -> None:
        schema, option = (
            (f"schema Row {{ {columns} }}\n", ", schema = Row") if columns else ("", "")
        )
        self._compile(
            f"read_{len(self.names)}",
            f"{schema}source rows from hudi {{ {options}{option} }}\nsink rows to noop {{ }}\n",
        )

    def _compile(self, name: str, text: str) -> None:
        text = f'pipeline {name} {{ target = "3.5" }}\n{text}'.replace("LAKE", str(self.folder))
        result = check_pipeline("main.ssbt", lambda path: text.encode())
        assert result.pipeline, text_report(result.findings, result.sources)
        for file in emit_files(result):
            (self.folder / file.path).write_bytes(file.content)
        self.names.append(name)

    def run(self, java_home: Path) -> list[Any]:
        """What comes of each: rows, or the error's text."""
        connector = find_connector("hudi")
        assert connector
        package = dict(connector.packages)["3.5"][0]
        settings = {each.name: each.value for each in connector.session} | {
            "spark.jars": str(artefact(f"{package}:jar")),
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
        }
        plan, output = self.folder / "plan.json", self.folder / "results.json"
        names = [(name, str(self.folder / f"name_{n}")) for n, name in enumerate(NAMES)]
        content = {"settings": settings, "scripts": self.names, "names": names}
        plan.write_text(json.dumps(content), "utf-8")
        spark = environment()
        paths = [str(each) for each in (spark, self.folder, self.folder / "ssbt_runtime.zip")]
        env = os.environ | {"JAVA_HOME": str(java_home), "PYTHONPATH": os.pathsep.join(paths)}
        env |= {"SPARK_HOME": str(spark / "pyspark"), "PYSPARK_PYTHON": sys.executable}
        command = [sys.executable, str(HERE / "hudi_driver.py"), str(plan), str(output)]
        done = subprocess.run(
            command, env=env, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr[-5000:]
        results: dict[str, list[Any]] = json.loads(output.read_text("utf-8"))
        assert dict(zip(NAMES, results["names"], strict=True)) == NAMES
        return results["scripts"]


def order(id: int, country: str = "DE") -> str:
    row = {"id": id, "day": "2026-01-31", "tags": ["a", None], "country": country}
    return json.dumps(row) + "\n"


@pytest.mark.parametrize(("name", "is_taken"), NAMES.items())
def test_names_that_are_refused(name: str, is_taken: bool) -> None:
    text = f"""
pipeline names {{ target = "3.5" }}
schema Row {{ `{name}`: bigint, rest: struct<`{name}`: int> }}
source rows from parquet {{ path = "in", schema = Row }}
sink rows to hudi {{ path = "out", name = "rows" }}
"""
    findings = check_pipeline("main.ssbt", lambda path: text.encode()).findings
    assert [each.code.number for each in findings] == ([] if is_taken else ["SSBT0558"] * 2)


def test_tables_of_hudi(tmp_path: Path, java_home: Path) -> None:
    scripts, expected = Scripts(tmp_path), list[Any]()
    out = 'path = "LAKE/out", name = "orders"'
    parts = 'path = "LAKE/parts", name = "parts", partition_by = country'
    replaced = ", mode = overwrite, partition_overwrite_mode = "

    def write(rows: str, options: str, error: str = "", columns: str = ORDER) -> None:
        scripts.write(rows, options, columns)
        expected.append(error)

    def read(
        options: str, rows: list[list[Any]] | str, columns: str = "id: bigint, country: string"
    ) -> None:
        """Read rows, or what the error says."""
        scripts.read(options, columns)
        expected.append(rows)

    write(order(1), out)
    write(order(2), out, "already exists")
    write(order(1) + order(3), f"{out}, mode = append")
    read(
        'path = "LAKE/out"',
        [[1, ["a", None]], [1, ["a", None]], [3, ["a", None]]],
        "id: bigint, tags: array<string>",
    )
    write(
        order(4),
        f"{out}, mode = append",
        "\n- `id` is string, and bigint in the table: cast it in a step"
        "\n- its column `tags` is missing: the table would get null, or other values"
        "\n- it has no column `rest`",
        "country: string, id: string, rest: int, day: date",
    )
    write(
        order(4),
        f"{out}, mode = append, partition_by = country",
        "\n- it is partitioned by nothing, not by country",
    )
    write(order(4), 'path = "LAKE/out", name = "other", mode = append', "hoodie.table.name")
    write("", f"{out}, mode = overwrite")
    read('path = "LAKE/out"', [])
    read('path = "LAKE/out"', "\n- it has no column `price`", "price: double")
    # A first write that fails leaves a table without columns.
    first = 'path = "LAKE/first", name = "first", partition_by = country'
    write(order(1, ""), first, "that Hudi would read as null")
    write(order(1), f"{first}, mode = append")
    read('path = "LAKE/first"', [[1, "DE"]])
    write(order(1) + order(2, "a/b"), parts)
    write(order(3, "a/b"), f"{parts}{replaced}dynamic")
    read('path = "LAKE/parts"', [[1, "DE"], [3, "a/b"]])
    write(
        order(4, ""),
        f"{parts}, mode = append",
        'a `country` that Hudi would read as null: {"country":""}',
    )
    read('path = "LAKE/parts"', [[1, "DE"], [3, "a/b"]])
    scripts.overwrite_itself('path = "LAKE/parts"', f"{parts}{replaced}static")
    expected.append("")
    read('path = "LAKE/parts"', [[1, "DE"], [3, "a/b"]])
    write(order(5, "FR"), f"{parts}{replaced}static")
    read('path = "LAKE/parts"', [[5, "FR"]])
    read('path = "LAKE/none"', "not found")
    for name, actual, wanted in zip(scripts.names, scripts.run(java_home), expected, strict=True):
        if isinstance(wanted, str) and wanted:
            assert wanted in actual, name
        else:
            assert actual == wanted, name
