"""Rows of a stream whose event time is null, which no window holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.check.stream_findings import once, place
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Named
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.plans import stream_steps
from ssbt.compiler.ir.terms import NAME, Term, walk
from ssbt.compiler.source import Span

_WINDOWS = (
    "|> watermark placed_at delay 10 minutes\n"
    "|> aggregate count(*) as orders group by window(placed_at, '1 hour') as hour"
)

NULL_TIME = Code(
    "SSBT0550",
    "An event time that may be null",
    """\
A row whose time is null belongs to no window: `window(…)` drops it, and nothing says so. And
`deduplicate … within watermark` forgets it at once, so that its repetitions pass. Leave such rows
out where readers see it, with `where placed_at is not null`, or give them a time with `coalesce`.
""",
    wrong=streamed(steps=_WINDOWS, timed=False),
    right=streamed(steps=_WINDOWS),
    severity=Severity.WARNING,
)

_SAME_COLUMNS = (
    *(s.Alias, s.Deduplicate, s.Distinct, s.DropColumns, s.Limit, s.Offset, s.Sample, s.Sort),
    *(s.Watermark, Given),
)
_WINDOW_CALLS = ("window", "session_window")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each window over a column that may be null."""
    yield from once(
        finding
        for _, each in stream_steps(pipeline)
        if each.streaming
        for finding in _findings(each)
    )


def _findings(each: Operator) -> Iterator[Diagnostic]:
    step = each.step
    if isinstance(step, s.Aggregate):
        for key in step.keys:
            for name in _times(each, key):
                if _may_be_null(each.inputs[0], name):
                    yield _finding(name, "are in no window", key.expression.span)
    elif isinstance(step, s.Deduplicate) and step.within_watermark:
        for column in each.inputs[0].output.columns:
            name = column.name.casefold()
            if column.event_time and _may_be_null(each.inputs[0], name):
                yield _finding(name, "are forgotten at once, and come twice", place(each))


def _finding(name: str, what: str, span: Span) -> Diagnostic:
    message = f"rows whose `{name}` is null {what}, and nothing says so"
    help_ = (f"leave them out before: `|> where {name} is not null`",)
    return Diagnostic(NULL_TIME, message, Label(span), (), help_)


def _times(each: Operator, key: Named) -> Iterator[str]:
    """The columns that windows in a key are made of, or a key that bears the watermark."""
    plain = key.expression.column
    for column in each.inputs[0].output.columns:
        if plain is not None and column.event_time and column.name.casefold() == plain.casefold():
            yield column.name.casefold()
    for call in walk(key.expression.term) if key.expression.term is not None else ():
        named = getattr(call.value, "name", "")
        if named in _WINDOW_CALLS and call.operands and call.operands[0].operator == NAME:
            parts = call.operands[0].value
            if isinstance(parts, tuple) and parts:
                yield str(parts[-1])


def _may_be_null(operator: Operator, name: str) -> bool:
    """Whether rows with a null in the column may come out of the operator."""
    places = [
        place
        for place, column in enumerate(operator.output.columns)
        if column.name.casefold() == name
    ]
    if len(places) != 1 or not operator.output.columns[places[0]].nullable:
        return len(places) > 1
    step, inputs = operator.step, operator.inputs
    match step:
        case Source():
            return not _is_always_set(step, operator.output.columns[places[0]].name)
        case s.Filter(condition=condition):
            if condition.term is not None and _refuses_null(condition.term, name):
                return False
            return _may_be_null(inputs[0], name)
        case s.RenameColumns(pairs=pairs):
            names = {new.casefold(): old.casefold() for old, new in pairs}
            return _may_be_null(inputs[0], names.get(name, name))
        case s.Project(columns=named):
            return _may_be_made_null(inputs[0], named, name)
        case s.WithColumns(groups=groups):
            return _may_be_made_null(inputs[0], [each for group in groups for each in group], name)
        case s.Join(kind=kind):
            return _may_be_null_in_join(inputs, kind, name)
        case s.SetOperation(operator="union"):
            columns = (each.output.columns[places[0]].name.casefold() for each in inputs)
            return any(map(_may_be_null, inputs, columns))
    return not isinstance(step, _SAME_COLUMNS) or _may_be_null(inputs[0], name)


def _may_be_null_in_join(inputs: tuple[Operator, ...], kind: str, name: str) -> bool:
    """The same of a join, which makes nulls of the side that may lack a row."""
    kept = {"left": inputs[:1], "right": inputs[1:], "full": ()}.get(kind, inputs)
    for each in kept:
        if any(column.name.casefold() == name for column in each.output.columns):
            return _may_be_null(each, name)
    return True


def _is_always_set(source: Source, name: str) -> bool:
    """Whether the connector itself sets the column: the time of a record, or of its arrival."""
    side = source.connector.source
    own = {column.name for column in side.columns} if side is not None else set()
    return name in own or (source.records is not None and name in source.records.metadata)


def _may_be_made_null(before: Operator, named: Sequence[Named], name: str) -> bool:
    for each in reversed(named):
        if [every.casefold() for every in each.names] == [name]:
            plain = each.expression.column
            return plain is None or _may_be_null(before, plain.casefold())
    return _may_be_null(before, name)


def _refuses_null(term: Term, name: str) -> bool:
    """Whether the condition is not true where the column is null."""
    if term.operator == "and":
        return any(_refuses_null(each, name) for each in term.operands)
    if term.operator == "or":
        return all(_refuses_null(each, name) for each in term.operands)
    if term.operator == "not":
        (inner,) = term.operands
        return inner.operator == "is null" and _is_name(inner.operands[0], name)
    return term.operator in _COMPARISONS and any(_is_name(each, name) for each in term.operands)


_COMPARISONS = ("=", "<", ">", "<=", ">=", "!=", "<>", "between")


def _is_name(term: Term, name: str) -> bool:
    parts = term.value
    return term.operator == NAME and isinstance(parts, tuple) and parts[-1:] == (name,)
