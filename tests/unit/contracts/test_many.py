"""Thousands of ends are compared in a time that grows with their number."""

from __future__ import annotations

from msgspec.structs import replace

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
    made = []
    for number in range(count):
        read = (("", (f"lake/{number}/*",)),)
        write = (("", (f"lake/{number + 1}/day=1",)),)
        made.append(replace(source, pipeline=f"p{number}", locations=read))
        made.append(replace(sink, pipeline=f"p{number}", locations=write))
    return made


def test_many_pipelines():
    assert is_linear(lambda count: [*check_contracts(chain(count))], 250)
