"""The part of a pipeline that the rules can judge although there are mistakes elsewhere.

A mistake in a condition leaves what flows as it was; one in a grouping may have meant anything, and
what a rule would say of it is a guess.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink
from ssbt.compiler.ir.plans import iterate_operators, plans
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import UnknownType

# A mistake inside one of these changes columns at most, and those it changes are of unknown type.
_LOCAL = (s.Filter, s.Project, s.WithColumns, s.Sort, s.Limit, s.Offset)
_TAKES_COLUMNS_AS_THEY_ARE = (*_LOCAL, s.DropColumns, s.RenameColumns, s.Alias, s.Explode)


def select_sound_part(pipeline: Pipeline, mistakes: Sequence[Span]) -> Pipeline:
    """The pipeline with the sinks that no mistake reaches, and the datasets that they need.

    Nothing is called unused: what is left out may use it.
    """
    complete: set[str] = set()
    for each in pipeline.datasets:
        if not isinstance(each, Let) or (each.query.whole and complete.issuperset(each.query.uses)):
            complete.add(each.name)
    complete_datasets = tuple(each for each in pipeline.datasets if each.name in complete)
    structure = replace(pipeline, datasets=complete_datasets, sinks=(), unused=())
    roots = plans(structure)
    mistake_index = _MistakeIndex(mistakes)
    flows = [(sink, roots[sink.dataset]) for sink in pipeline.sinks if sink.dataset in complete]
    doubtful = _find_doubtful(flows, mistake_index)
    sinks = tuple(
        sink
        for sink, root in flows
        if id(root) not in doubtful and not mistake_index.has_mistake_in(sink.span)
    )
    needed = {sink.dataset for sink in sinks}
    for each in reversed(complete_datasets):
        if isinstance(each, Let) and each.name in needed:
            needed.update(each.query.uses)
    datasets = tuple(each for each in complete_datasets if each.name in needed)
    return replace(structure, datasets=datasets, sinks=sinks)


class _MistakeIndex:
    """Where mistakes are, by file and in order."""

    def __init__(self, places: Iterable[Span]) -> None:
        self._starts: dict[str, list[int]] = {}
        for each in sorted(places, key=lambda each: each.start):
            self._starts.setdefault(each.path, []).append(each.start)

    def has_mistake_in(self, span: Span) -> bool:
        """Whether one begins inside a place."""
        starts = self._starts.get(span.path, [])
        return bisect_left(starts, span.start) < bisect_left(starts, span.end)


def _find_doubtful(flows: Iterable[tuple[Sink, Operator]], mistakes: _MistakeIndex) -> set[int]:
    """The ids of the operators that the user may not have meant, and of all that follow."""
    doubtful_ids: set[int] = set()
    for _, operator in iterate_operators(flows):
        follows_doubtful = any(
            id(input_operator) in doubtful_ids for input_operator in operator.inputs
        )
        if follows_doubtful or _is_doubtful(operator, mistakes):
            doubtful_ids.add(id(operator))
    return doubtful_ids


def _is_doubtful(operator: Operator, mistakes: _MistakeIndex) -> bool:
    step = operator.step
    if not isinstance(step, _LOCAL) and mistakes.has_mistake_in(step.span):
        return True
    if not operator.inputs or isinstance(step, _TAKES_COLUMNS_AS_THEY_ARE):
        return False
    return any(
        isinstance(column.type, UnknownType)
        for input_operator in operator.inputs
        for column in input_operator.output.columns
    )
