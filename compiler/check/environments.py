"""What is wrong with a pipeline by what the environments of its project say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.check import own_topics, plain_credentials, topics
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
