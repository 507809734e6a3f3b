"""Findings that depend on the values of parameters: by their defaults, and by environments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.ir.locations import EnvironmentValues, default_values, with_defaults
from ssbt.compiler.ir.pipeline import Pipeline


class ValueFinding(Struct, frozen=True):
    """A finding, and a key that is the same for the same mistake, whatever values show it."""

    key: object
    diagnostic: Diagnostic


FindWith = Callable[[Pipeline, EnvironmentValues], Iterable[ValueFinding]]


def check_defaults(find: FindWith, pipeline: Pipeline) -> Iterator[Diagnostic]:
    """What the defaults of parameters show; it is said where the pipeline alone does not."""
    certain = {each.key for each in find(pipeline, EnvironmentValues())}
    for each in find(pipeline, default_values(pipeline)):
        context = "" if each.key in certain else ", by the defaults of parameters"
        yield _in_context(each.diagnostic, context)


def check_environments(
    find: FindWith, pipeline: Pipeline, environments: Iterable[EnvironmentValues]
) -> Iterator[Diagnostic]:
    """What environments show, and the defaults do not, each once with the names of all."""
    default_keys = {each.key for each in find(pipeline, default_values(pipeline))}
    findings: dict[object, tuple[Diagnostic, list[str]]] = {}
    for environment in environments:
        for each in find(pipeline, with_defaults(pipeline, environment)):
            if each.key not in default_keys:
                key = each.key, each.diagnostic.message, each.diagnostic.help
                findings.setdefault(key, (each.diagnostic, []))[1].append(environment.name)
    for diagnostic, names in findings.values():
        yield _in_context(diagnostic, f" in environment `{'`, `'.join(names)}`")


def _in_context(diagnostic: Diagnostic, context: str) -> Diagnostic:
    return replace(diagnostic, message=diagnostic.message + context)
