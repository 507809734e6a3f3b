"""What a table of Hudi says of itself, and what a sink says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ssbt.runtime.timelines.fitting import _find_layout_problems, _read_properties

TRUE = {
    "hoodie.datasource.write.hive_style_partitioning": "true",
    "hoodie.datasource.write.partitionpath.urlencode": "true",
}


class FakeFiles:
    """Files of one folder."""

    def __init__(self, **files: str) -> None:
        self._files = {f"hoodie.{name}": text for name, text in files.items()}

    def names(self, folder: str) -> list[str]:
        return [*self._files] if folder == "lake/orders/.hoodie" else []

    def content(self, path: str) -> bytes:
        return self._files[path.rpartition("/")[2]].encode()


@pytest.mark.parametrize(
    ("properties", "partition_by", "problems"),
    [
        ({}, [], []),
        ({"hoodie.table.partition.fields": "Day,country:SIMPLE", **TRUE}, ["day", "country"], []),
        (
            {"hoodie.table.partition.fields": "day,country", **TRUE},
            ["country", "day"],
            ["it is partitioned by day, country, not by country, day"],
        ),
        (
            {"hoodie.table.partition.fields": "day"},
            [],
            ["it is partitioned by day, not by nothing"],
        ),
        (
            {"hoodie.table.partition.fields": "day", **dict.fromkeys(TRUE, "false")},
            ["day"],
            [f"it has the property `{name}` = `false`, not `true`" for name in TRUE],
        ),
        (
            {"hoodie.table.recordkey.fields": "id,day"},
            [],
            ["it has the record keys id,day: rows whose keys it has would be there twice"],
        ),
    ],
)
def test_layouts(
    properties: Mapping[str, str], partition_by: list[str], problems: list[str]
) -> None:
    assert [*_find_layout_problems(properties, partition_by)] == problems


def test_properties() -> None:
    text = "#Updated at 2026-12-01\nhoodie.table.name=orders\nhoodie.table.create.schema={a=b}\n"
    expected = {"hoodie.table.name": "orders", "hoodie.table.create.schema": "{a=b}"}
    for name in ("properties", "properties.backup"):
        files = cast("Any", FakeFiles(**{name: text, "other": ""}))
        assert _read_properties(files, "lake/orders/") == expected
    assert _read_properties(cast("Any", FakeFiles()), "lake/orders") is None
    assert _read_properties(cast("Any", FakeFiles(properties=text)), "lake/none") is None
