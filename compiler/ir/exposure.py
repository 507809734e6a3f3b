"""Where the columns of a source show as they are read: all of them, in their order.

Folders that Spark takes for columns may add columns to a source, or move those that it declares to
the end. That is seen where no step has chosen columns by their names in between.
"""

from __future__ import annotations

from operator import attrgetter

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import NamedExpression, render_text
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.plans import plans

# Steps that look at all columns of a row, or hand them to code that may.
_READS_ALL_COLUMNS = s.Distinct | s.SetOperation | s.ApplyFunction | s.SqlQuery | s.Stateful
_CHOOSES_COLUMNS = (
    s.Project | s.Aggregate | s.Pivot | s.Unpivot | s.ApplyFunction | s.SqlQuery | s.Stateful
)


def exposed_sources(pipeline: Pipeline) -> frozenset[str]:
    """The names of the sources whose columns reach a sink, or a step that sees all, as read."""
    roots = plans(pipeline)
    exposed: set[str] = set()
    as_read: dict[int, frozenset[str]] = {}
    visited: set[int] = set()
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if root is None:
            continue
        for operator in walk_operators(root, attrgetter("inputs"), visited):
            incoming = frozenset().union(
                *(as_read[id(input_operator)] for input_operator in operator.inputs)
            )
            if _needs_all_columns(operator.step):
                exposed |= incoming
            as_read[id(operator)] = _propagate_sources(operator, incoming)
        exposed |= as_read[id(root)]
    return frozenset(exposed)


def _propagate_sources(operator: Operator, incoming: frozenset[str]) -> frozenset[str]:
    step = operator.step
    if isinstance(step, Source):
        return frozenset((step.name,))
    if isinstance(step, s.Project):
        return incoming if any(map(_is_star, step.columns)) else frozenset()
    return frozenset() if isinstance(step, _CHOOSES_COLUMNS) else incoming


def _needs_all_columns(step: object) -> bool:
    return isinstance(step, _READS_ALL_COLUMNS) or (
        isinstance(step, s.Deduplicate) and not step.columns
    )


def _is_star(item: NamedExpression) -> bool:
    return not item.names and render_text(item.expression.text).rstrip().endswith("*")
