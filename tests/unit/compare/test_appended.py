"""Sinks whose files stay beside older ones: what of a change readers cannot live with."""

from __future__ import annotations

import pytest

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.driver import check_pipeline

BREAKING, BEHAVIOUR = Severity.BREAKING, Severity.BEHAVIOUR


def side(connector: str, mode: str, columns: str, options: str) -> PipelineVersion:
    text = (
        "pipeline texts { }\n"
        "schema Row { id: bigint, s: string, t: string }\n"
        'source rows from parquet { path = "in", schema = Row }\n'
        f"let chosen = from rows |> select {columns}\n"
        f'sink chosen to {connector} {{ path = "out", mode = {mode}{options} }}\n'
    )
    pipeline = check_pipeline("texts.ssbt", lambda path: text.encode()).pipeline
    assert pipeline is not None
    return PipelineVersion(pipeline)


@pytest.mark.parametrize(
    ("connector", "mode", "columns", "options", "severity"),
    [
        ("csv", "append", "id, s", ', sep = ";"', BREAKING),
        ("csv", "append", "id, s", ", header = true", BREAKING),
        ("csv", "append", "id, s", ', null_value = "x"', BREAKING),
        ("csv", "append", "id, s", ", dialect = excel", BREAKING),
        ("csv", "append", "s, id", "", BREAKING),
        ("csv", "append", "id, s, t", "", BREAKING),
        ("csv", "append", "id, s", ", compression = gzip", BEHAVIOUR),
        ("csv", "overwrite", "id, s", ', sep = ";"', BEHAVIOUR),
        ("csv", "overwrite", "s, id", "", BEHAVIOUR),
        ("parquet", "append", "s, id", "", BEHAVIOUR),
        ("parquet", "append", "id, s, t", "", BEHAVIOUR),
        ("json", "append", "id, s", ', encoding = "UTF-16LE"', BREAKING),
    ],
)
def test_files_beside_others(
    connector: str, mode: str, columns: str, options: str, severity: Severity
) -> None:
    found = compare_pipelines(
        side(connector, mode, "id, s", ""), side(connector, mode, columns, options)
    )
    assert max(change.severity for change in found.changes) is severity
