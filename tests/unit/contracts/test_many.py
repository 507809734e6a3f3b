"""Thousands of ends are compared in a time that grows with their number."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.contracts.deletions import find_deletions
from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.driver import check_pipeline
from tests.unit.timing import is_linear

PIPELINE = """\
pipeline p { }
schema S { id: bigint, price: decimal(12,2) }
source s from parquet { path = "in/*", schema = S }
sink s to parquet { path = "out", mode = overwrite }
"""


def chain(count: int) -> list[Endpoint]:
    """Pipelines of which each reads what the one before it writes, with a glob."""
    pipeline = check_pipeline("p.ssbt", lambda path: PIPELINE.encode()).pipeline
    assert pipeline is not None
    source, sink = list_endpoints(pipeline)
    results = []
    for number in range(count):
        read = (("", (f"lake/{number}/*",)),)
        write = (("", (f"lake/{number + 1}/day=1",)),)
        results.append(replace(source, pipeline=f"p{number}", locations=read))
        results.append(replace(sink, pipeline=f"p{number}", locations=write))
    return results


def test_many_pipelines():
    assert is_linear(lambda count: [*check_contracts(chain(count))], 250)


def overwriters(count: int, appending: int = 0) -> list[Endpoint]:
    """Sinks of as many pipelines that write to one place, of which the last ones append."""
    _, sink = chain(1)
    place = (("", ("lake/out",)),)
    return [
        replace(sink, pipeline=f"p{number}", locations=place, deletes=number < count - appending)
        for number in range(count)
    ]


def test_many_pipelines_that_overwrite_one_place():
    """Each is a finding, and not each pair of them."""
    deletions = [*find_deletions(overwriters(1000))]
    assert len(deletions) == 1000
    assert {each.more for each in deletions} == {998}
    assert is_linear(lambda count: [*check_contracts(overwriters(count))], 500)


def test_each_pipeline_that_is_deleted_reports_it():
    sinks = overwriters(5, appending=2)
    findings = [*check_contracts(sinks)]
    assert [each.diagnostic.message for each in findings] == [
        f"`s` deletes what `s` of `{other}` and 3 more sinks have written, each time it overwrites"
        for other in ("p1", "p0", "p0")
    ]
    for number, each in enumerate(findings):
        assert [party.pipeline for party in each.parties] == [f"p{number}", "p3", "p4"]


def test_what_is_deleted_in_some_environments():
    first, second, third = (
        replace(sink, locations=tuple((name, ("out",)) for name in environments))
        for sink, environments in zip(
            overwriters(3), (["", "dev", "prod"], ["dev"], ["prod"]), strict=True
        )
    )
    deletion, *others = find_deletions([first, second, third])
    assert (deletion.pair.writer, deletion.more) == (second, 1)
    assert deletion.pair.environments == ("dev", "prod")
    assert [each.pair.environments for each in others] == [("dev",), ("prod",)]
