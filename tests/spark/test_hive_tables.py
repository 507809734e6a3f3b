"""Tables of a Hive metastore, of Hive's own formats and of Spark's, written by their names."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.spark
def test_tables_of_a_metastore(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.spark.hive_tables", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4000:]
    tables: dict[str, object] = {}
    for line in result.stdout.splitlines():
        tables |= json.loads(line)
    assert tables["plain"] == [[2, "b"]]
    # Hive's partitions that get no rows stay, whatever the session says.
    assert tables["Spark's own overwrite"] == [[1, "a"], [2, "b"]]
    assert "replaces only the partitions that get rows" in str(tables["static"])
    assert tables["dynamic"] == [[2, "b"], [3, "a"]]
    assert tables["made"] == [[1, "a"], [2, "b"]]
    assert tables["streamed"] == [[1, "a"], [2, "b"]]
    assert "its format is hive, of which it is not known" in str(tables["stream"])
