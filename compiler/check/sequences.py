"""Merges and histories whose `sequence_by` does not say which row is newer."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import ColumnName
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.column_values import value_aggregates, value_origins
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.ir.terms import CALL, LITERAL, CallForm, Term, walk_terms
from ssbt.compiler.types.datatypes import BooleanType
from ssbt.compiler.types.functions import find_function
from ssbt.compiler.types.functions.model import FunctionKind

_SINK = """\
sink paid to delta {
  path        = "lake/paid"
  mode        = merge
  keys        = [id]
  sequence_by = version
}
"""

NO_SEQUENCE = Code(
    "SSBT0587",
    "A sequence that says nothing about rows",
    """\
`sequence_by` says which of two rows is newer: of those that come together, and of one that comes
and one that the table has. A constant is the same for all of them, so the greater row would count,
whichever came last. A BOOLEAN has two values, and no third change. A random value lets chance
decide, and a run that is repeated gives another table. Take a column that the data brings: the time
of a change, a number that grows with each. For a whole snapshot, take the time of the snapshot, as
a parameter.
""",
    wrong=example(steps="|> extend 1 as version", sink=_SINK),
    right=example(steps="|> extend placed_on as version", sink=_SINK),
)

CONSTANT_SEQUENCE = Code(
    "SSBT0588",
    "A sequence that does not grow when a row is computed again",
    """\
An aggregate is computed again when more rows have come. If `sequence_by` then has the value that it
had before, the new row is no newer than the old one, and the greater of the two counts. That is so
for a column that the rows are grouped by, and for `min` or `avg`.

| grouped by | `sequence_by` | with each new row of the group |
|---|---|---|
| `id` | `max(changed_at)` | grows, unless that row is a late one |
| `id` | `count(*)` | grows, if all rows are counted each time |
| `id` | `min(changed_at)` | stays, or falls |
| `id`, `day` | `day` | stays |

Take one that grows. If a group is complete when it is computed, so that it never comes again, say
so: `# allow SSBT0588: days are complete`.
""",
    wrong=example(
        steps="|> aggregate sum(amount) as total, min(placed_on) as version group by id", sink=_SINK
    ),
    right=example(
        steps="|> aggregate sum(amount) as total, max(placed_on) as version group by id", sink=_SINK
    ),
    severity=Severity.WARNING,
)

_NOT_GROWING = (
    *("min", "min_by", "avg", "mean", "median", "mode"),
    *("first", "first_value", "any_value"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each merge or history with such a sequence."""
    roots = plans(pipeline)
    for sink in pipeline.sinks:
        root, setting = roots.get(sink.dataset), sink.settings.find("sequence_by")
        if root is not None and setting is not None and is_merged(sink.settings):
            name = setting.columns[0]
            finding = _check_values(name, root) or _check_aggregates(sink, name, root)
            if finding is not None:
                yield finding


def _check_values(name: ColumnName, root: Operator) -> Diagnostic | None:
    origins = [*value_origins(root, name.name)]
    terms = [each for each in origins if isinstance(each, Term)]
    if terms and len(terms) == len(origins) and all(t.operator == LITERAL for t in terms):
        message = f"`{name.name}` is a constant: no row is newer than another"
    elif call := next(filter(None, map(_find_random_call, terms)), ""):
        message = f"`{name.name}` comes from `{call}`: chance would say which row is newer"
    elif any(isinstance(e.type, BooleanType) for e in root.output.find_columns(name.name)):
        message = f"`{name.name}` is BOOLEAN: after the second change of a row, none is newer"
    else:
        return None
    help_ = ("take a column that grows with each change, such as its time",)
    return Diagnostic(NO_SEQUENCE, message, Label(name.span), (), help_)


def _find_random_call(term: Term) -> str:
    for each in walk_terms(term):
        form = each.value
        function = find_function(form.name) if isinstance(form, CallForm) else None
        is_scalar = function is not None and function.kind is FunctionKind.SCALAR
        if function is not None and is_scalar and not function.deterministic:
            return function.name
    return ""


def _check_aggregates(sink: Sink, name: ColumnName, root: Operator) -> Diagnostic | None:
    if sink.stream is not None and sink.stream.mode is OutputMode.APPEND:
        # A group is written once, when it is complete.
        return None
    for step, column in value_aggregates(root, name.name):
        why = _why_constant(step, column)
        if why:
            message = f"`{name.name}` does not grow when a row is computed again: {why}"
            help_ = ("take one that grows with each row, such as `max` of its time",)
            also = (Label(step.span, "computed here"),)
            return Diagnostic(CONSTANT_SEQUENCE, message, Label(name.span), also, help_)
    return None


def _why_constant(step: s.Aggregate, column: str) -> str:
    for item in step.aggregates:
        term = item.expression.term
        if column in map(str.casefold, item.names) and term is not None and term.operator == CALL:
            form = term.value
            if isinstance(form, CallForm) and form.name in _NOT_GROWING:
                return f"`{form.name}` does not"
            return ""
    keys = (each.name.casefold() for each in step.output.columns[: len(step.keys)])
    return "rows are grouped by it" if step.aggregates and column in keys else ""
