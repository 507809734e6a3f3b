"""What is wrong with a pipeline by what the environments of its project say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.check import (
    overwritten_sources,
    own_topics,
    plain_credentials,
    stream_own_files,
    topics,
)
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.locations import EnvironmentValues
from ssbt.compiler.ir.pipeline import Pipeline


def check_environments(
    pipeline: Pipeline, environments: Iterable[EnvironmentValues]
) -> Iterator[Diagnostic]:
    """Findings that the defaults of parameters do not have."""
    environments = tuple(environments)
    for rule in (topics, own_topics, plain_credentials):
        yield from rule.check_environments(pipeline, environments)
    parameters = [(each.name, each.parameters) for each in environments]
    yield from overwritten_sources.check_environments(pipeline, parameters)
    yield from stream_own_files.check_environments(pipeline, parameters)
