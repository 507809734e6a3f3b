"""What a test that is to be written should have in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ssbt.runtime.expectations.plan import Plan, parse_plan

Columns = list[tuple[str, str | None]]


@dataclass(frozen=True)
class SourceRequest:
    """Rows of a source: of its `columns` with their types, or of all if there are none.

    `schema` are all known columns, `is_open` where there may be more. The columns `masked` get
    other values; by the `keys` rows meet those of other sources.
    """

    name: str
    columns: Columns
    schema: Columns
    is_open: bool
    streaming: bool
    masked: list[str]
    keys: list[str]


@dataclass(frozen=True)
class SamplingPlan:
    """A test of `dataset` from about `rows` rows of each source."""

    plan: Plan
    dataset: str
    sources: list[SourceRequest]
    rows: int
    ordered: bool
    streaming: bool


def parse_sampling_plan(document: Mapping[str, Any]) -> SamplingPlan:
    """The wish in a JSON document."""
    sources = [SourceRequest(**each) for each in document["sources"]]
    return SamplingPlan(**{**document, "plan": parse_plan(document["plan"]), "sources": sources})
