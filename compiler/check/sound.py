"""The part of a pipeline that the rules can judge although there are mistakes elsewhere.

A mistake in a condition leaves what flows as it was; one in a grouping may have meant anything, and
what a rule would say of it is a guess.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink
from ssbt.compiler.ir.plans import Operator, plans
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import UnknownType

# A mistake inside one of these changes columns at most, and those it changes are of unknown type.
_LOCAL = (s.Filter, s.Project, s.WithColumns, s.Sort, s.Limit, s.Offset)
_TAKES_COLUMNS_AS_THEY_ARE = (*_LOCAL, s.DropColumns, s.RenameColumns, s.Alias, s.Explode)


def sound_part(pipeline: Pipeline, mistakes: Sequence[Span]) -> Pipeline:
    """The pipeline with the sinks that no mistake reaches, and the datasets that they need.

    Nothing is called unused: what is left out may use it.
    """
    whole: set[str] = set()
    for each in pipeline.datasets:
        if not isinstance(each, Let) or (each.query.whole and whole.issuperset(each.query.uses)):
            whole.add(each.name)
    kept = tuple(each for each in pipeline.datasets if each.name in whole)
    structure = replace(pipeline, datasets=kept, sinks=(), unused=())
    known = plans(structure)
    sinks = tuple(
        sink
        for sink in pipeline.sinks
        if sink.dataset in whole and _is_sound(sink, known[sink.dataset], mistakes)
    )
    needed = {sink.dataset for sink in sinks}
    for each in reversed(kept):
        if isinstance(each, Let) and each.name in needed:
            needed.update(each.query.uses)
    datasets = tuple(each for each in kept if each.name in needed)
    return replace(structure, datasets=datasets, sinks=sinks)


def _is_sound(sink: Sink, root: Operator, mistakes: Sequence[Span]) -> bool:
    """Whether a sink and all that flows into it is what the user meant."""
    return not _has_mistake(sink.span, mistakes) and not any(
        _is_doubtful(each, mistakes) for each in root.upstream
    )


def _is_doubtful(operator: Operator, mistakes: Sequence[Span]) -> bool:
    step = operator.step
    if not isinstance(step, _LOCAL) and _has_mistake(step.span, mistakes):
        return True
    if not operator.inputs or isinstance(step, _TAKES_COLUMNS_AS_THEY_ARE):
        return False
    return any(
        isinstance(column.type, UnknownType)
        for given in operator.inputs
        for column in given.output.columns
    )


def _has_mistake(place: Span, mistakes: Sequence[Span]) -> bool:
    return any(
        each.path == place.path and place.start <= each.start < place.end for each in mistakes
    )
