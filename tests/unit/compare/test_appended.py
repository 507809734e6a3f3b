"""Sinks whose files stay beside older ones: what of a change readers cannot live with."""

from __future__ import annotations

from itertools import permutations

import pytest

from ssbt.compiler.compare.changes import Severity
from ssbt.compiler.compare.pipelines import PipelineVersion, compare_pipelines
from ssbt.compiler.driver import check_pipeline
from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict

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
    actual_columns = compare_pipelines(
        side(connector, mode, "id, s", ""), side(connector, mode, columns, options)
    )
    assert max(change.severity for change in actual_columns.changes) is severity


STREAM = """\
pipeline texts { checkpoint = "state" }
schema Row { id: bigint, s: string, t: string }
stream source rows from parquet { path = "in", schema = Row }
sink rows to FORMAT { path = "out", trigger = available nowOPTIONS }
"""
# None, one column, another one, one more, and the same in another order.
PARTITIONINGS = ["", "s", "t", "[s, t]", "[t, s]"]
REPARTITIONINGS = [*permutations(PARTITIONINGS, 2)]


@pytest.mark.parametrize("connector", ["csv", "json", "parquet"])
@pytest.mark.parametrize(("before", "after"), REPARTITIONINGS)
def test_other_folders_beside_others(connector: str, before: str, after: str) -> None:
    """Of batches that append, and of streams, whose checkpoint goes on silently."""
    old, new = (f", partition_by = {columns}" if columns else "" for columns in (before, after))
    batches = compare_pipelines(
        side(connector, "append", "id, s, t", old), side(connector, "append", "id, s, t", new)
    )
    streams = compare_pipelines(stream(connector, old), stream(connector, new))
    for result in (batches, streams):
        (change,) = [each for each in result.changes if each.severity is BREAKING]
        assert change.message.startswith(f"the sink `{'chosen' if result is batches else 'rows'}`:")
        assert "`partition_by`" in change.message
    (verdict,) = streams.streams
    (reason,) = verdict.reasons
    assert reason.verdict is Verdict.SILENTLY_WRONG
    assert "partitioning of the files" in reason.message


def stream(connector: str, options: str) -> PipelineVersion:
    text = STREAM.replace("FORMAT", connector).replace("OPTIONS", options)
    pipeline = check_pipeline("texts.ssbt", lambda path: text.encode()).pipeline
    assert pipeline is not None
    return PipelineVersion(pipeline)
