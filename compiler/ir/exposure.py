"""Where the columns of a source show as they are read: all of them, in their order.

Folders that Spark takes for columns may add columns to a source, or move those that it declares to
the end. That is seen where no step has chosen columns by their names in between.
"""

from __future__ import annotations

from operator import attrgetter

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Named, shown
from ssbt.compiler.ir.operators import Operator, walked
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.plans import plans

# Steps that look at all columns of a row, or hand them to code that may.
_SEES_ALL = s.Distinct | s.SetOperation | s.ApplyFunction | s.SqlQuery | s.Stateful
_CHOOSES = s.Project | s.Aggregate | s.Pivot | s.Unpivot | s.ApplyFunction | s.SqlQuery | s.Stateful


def exposed_sources(pipeline: Pipeline) -> frozenset[str]:
    """The names of the sources whose columns reach a sink, or a step that sees all, as read."""
    known = plans(pipeline)
    exposed: set[str] = set()
    as_read: dict[int, frozenset[str]] = {}
    done: set[int] = set()
    for sink in pipeline.sinks:
        root = known.get(sink.dataset)
        if root is None:
            continue
        for each in walked(root, attrgetter("inputs"), done):
            given = frozenset().union(*(as_read[id(one)] for one in each.inputs))
            if _sees_all(each.step):
                exposed |= given
            as_read[id(each)] = _passed_on(each, given)
        exposed |= as_read[id(root)]
    return frozenset(exposed)


def _passed_on(operator: Operator, given: frozenset[str]) -> frozenset[str]:
    step = operator.step
    if isinstance(step, Source):
        return frozenset((step.name,))
    if isinstance(step, s.Project):
        return given if any(map(_is_star, step.columns)) else frozenset()
    return frozenset() if isinstance(step, _CHOOSES) else given


def _sees_all(step: object) -> bool:
    return isinstance(step, _SEES_ALL) or (isinstance(step, s.Deduplicate) and not step.columns)


def _is_star(item: Named) -> bool:
    return not item.names and shown(item.expression.text).rstrip().endswith("*")
