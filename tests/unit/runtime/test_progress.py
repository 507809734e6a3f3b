"""What is read out of the progress of a stream."""

from __future__ import annotations

import pytest

from ssbt.runtime.metrics.progress import lag_text, offsets, partition_lag


@pytest.mark.parametrize(
    "text", ['{"orders":{"0":5}}', "{'orders': {'0': 5}}", {"orders": {"0": 5}}]
)
def test_offsets_are_read_as_spark_or_pyspark_writes_them(text: object) -> None:
    assert offsets(text) == {"orders": {"0": 5}}


@pytest.mark.parametrize("text", [None, "None", "7", '{"logOffset":3}', "{", "1.5", "[]"])
def test_other_sources_have_no_such_offsets(text: object) -> None:
    assert offsets(text) == {}


def test_the_lag_is_what_is_still_to_be_read() -> None:
    source = {
        "endOffset": "{'a': {'0': 5, '1': 7}, 'b': {'0': 1}}",
        "latestOffset": "{'a': {'0': 1005, '1': 7}, 'b': {'0': 3, '1': 4}}",
    }
    lag = partition_lag({"sources": [source]})
    assert lag == {"a-0": 1000, "b-0": 2}
    assert lag_text(lag) == "lag 1,002 (1,000 in a-0, 2 in b-0)"
