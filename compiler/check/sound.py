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
from ssbt.compiler.ir.plans import each_once, plans
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
    found = _Mistakes(mistakes)
    flows = [(sink, known[sink.dataset]) for sink in pipeline.sinks if sink.dataset in whole]
    doubtful = _doubtful(flows, found)
    sinks = tuple(
        sink for sink, root in flows if id(root) not in doubtful and not found.within(sink.span)
    )
    needed = {sink.dataset for sink in sinks}
    for each in reversed(kept):
        if isinstance(each, Let) and each.name in needed:
            needed.update(each.query.uses)
    datasets = tuple(each for each in kept if each.name in needed)
    return replace(structure, datasets=datasets, sinks=sinks)


class _Mistakes:
    """Where mistakes are, by file and in order."""

    def __init__(self, places: Iterable[Span]) -> None:
        self._starts: dict[str, list[int]] = {}
        for each in sorted(places, key=lambda each: each.start):
            self._starts.setdefault(each.path, []).append(each.start)

    def within(self, place: Span) -> bool:
        """Whether one begins inside of a place."""
        starts = self._starts.get(place.path, [])
        return bisect_left(starts, place.start) < bisect_left(starts, place.end)


def _doubtful(flows: Iterable[tuple[Sink, Operator]], mistakes: _Mistakes) -> set[int]:
    """The ids of the operators that may not be what the user meant, and of all behind them."""
    found: set[int] = set()
    for _, each in each_once(flows):
        behind = any(id(given) in found for given in each.inputs)
        if behind or _is_doubtful(each, mistakes):
            found.add(id(each))
    return found


def _is_doubtful(operator: Operator, mistakes: _Mistakes) -> bool:
    step = operator.step
    if not isinstance(step, _LOCAL) and mistakes.within(step.span):
        return True
    if not operator.inputs or isinstance(step, _TAKES_COLUMNS_AS_THEY_ARE):
        return False
    return any(
        isinstance(column.type, UnknownType)
        for given in operator.inputs
        for column in given.output.columns
    )
