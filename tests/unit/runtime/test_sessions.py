"""Whether a session has the settings that a pipeline asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbt.runtime.sparkconf.session import is_same_value

WAREHOUSE = "spark.sql.warehouse.dir"


def test_the_folder_of_tables_becomes_an_absolute_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for actual in (f"file:{tmp_path}/tables", f"file://{tmp_path}/tables/", "tables"):
        assert is_same_value(WAREHOUSE, actual, "tables"), actual
    for other in (f"file:{tmp_path}/others", "s3a://tables", None):
        assert not is_same_value(WAREHOUSE, other, "tables"), other
    assert is_same_value("spark.x", "1", "1")
    assert not is_same_value("spark.x", f"file:{tmp_path}/tables", "tables")
