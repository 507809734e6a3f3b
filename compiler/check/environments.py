"""What is wrong with a pipeline by what the environments of its project say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.check import (
    checkpoint_places,
    overwritten_sources,
    own_topics,
    plain_credentials,
    sink_paths,
    stream_own_files,
    swept_folders,
    topics,
    value_findings,
)
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.locations import EnvironmentValues
from ssbt.compiler.ir.pipeline import Pipeline

_RULES = (
    topics,
    own_topics,
    plain_credentials,
    overwritten_sources,
    sink_paths,
    stream_own_files,
    checkpoint_places,
    swept_folders,
)


def check_environments(
    pipeline: Pipeline, environments: Iterable[EnvironmentValues]
) -> Iterator[Diagnostic]:
    """Findings that the defaults of parameters do not have."""
    environments = tuple(environments)
    for rule in _RULES:
        yield from value_findings.check_environments(rule.find_with, pipeline, environments)
