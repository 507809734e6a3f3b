"""Batches that rely on an order of rows that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ssbt.compiler.check.stream_findings import deduplicate_findings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import DatasetInput, Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import calls, plans
from ssbt.compiler.ir.row_orders import keeps_order

LOST_ORDER = Code(
    "SSBT0448",
    "An order that the next step does not keep",
    """\
`deduplicate` and `aggregate` bring rows together by their keys, and lose the order from before:
`deduplicate` keeps any of the rows, not the first, and `collect_list` lists them as they arrive. On
small data the result often looks right. A sink's `repartition` deals all rows out again, and a sink
with `partition_by` sorts the rows by these columns alone, unless the order begins with them.

To keep the latest row, number the rows and filter, or take `max_by(struct(*), time)`. To get a list
in a certain order, sort the list: `array_sort(collect_list(…))`.
""",
    wrong=example(steps="|> order by placed_on desc\n|> deduplicate by id"),
    right=example(
        steps="|> extend row_number() over (partition by id order by placed_on desc) as place\n"
        "|> where place = 1\n|> drop place"
    ),
    severity=Severity.WARNING,
)

UNORDERED_LIMIT = Code(
    "SSBT0449",
    "A limit of rows that have no order",
    """\
Without `order by`, rows have no order. So `limit` keeps arbitrary rows, `offset` skips arbitrary
rows, and the next run may write others from the same input.
""",
    wrong=example(steps="|> limit 100"),
    right=example(steps="|> order by id\n|> limit 100"),
    severity=Severity.WARNING,
)

_LIST_AGGREGATES = ("collect_list", "array_agg")


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One for each step, whatever number of sinks it flows into."""
    yield from deduplicate_findings(_check_steps(pipeline))


def _check_steps(pipeline: Pipeline) -> Iterator[Diagnostic]:
    roots = plans(pipeline)
    visited: set[int] = set()
    for sink in pipeline.sinks:
        if sink.stream is None and _is_persistent(sink):
            yield from _check_repartitioned(sink, roots[sink.dataset])
            yield from _check_partitioned(sink, roots[sink.dataset])
            for operator in walk_operators(roots[sink.dataset], attrgetter("inputs"), visited):
                yield from _check_lost_order(operator)
                yield from _check_unordered_limit(operator)


def _check_repartitioned(sink: Sink, root: Operator) -> Iterator[Diagnostic]:
    """`order by` before a sink that deals the rows out to other files."""
    setting = sink.settings.find("repartition")
    if setting is None or setting.span is None:
        return
    sort = root.step
    if keeps_order(sort) and not isinstance(sort, s.Limit | s.Offset):
        sort = _find_sort_before(root)
    if isinstance(sort, s.Sort):
        message = "`repartition` deals the rows out again, and their order is gone"
        also = (Label(sort.span, "the order"),)
        help_ = ("leave it out; `coalesce = 1` writes one file in this order",)
        yield Diagnostic(LOST_ORDER, message, Label(setting.span), also, help_)


def _check_partitioned(sink: Sink, root: Operator) -> Iterator[Diagnostic]:
    """`order by id` before a sink with folders: Spark drops a sort that is not by them first."""
    folders = sink.settings.at(OptionPlacement.PARTITION_BY)
    if folders is None or folders.span is None or sink.settings.find("repartition") is not None:
        return
    names = [each.name.casefold() for each in folders.columns]
    current = root
    while keeps_order(current.step) and not isinstance(current.step, s.Limit | s.Offset):
        names = [_find_name_before(current.step, name) for name in names]
        current = current.inputs[0]
    sort = current.step
    if not isinstance(sort, s.Sort):
        return
    also = (Label(sort.span, "the order"),)
    coalesced = sink.settings.find("coalesce")
    leading = [_plain_name(key.expression.column) for key in sort.keys[: len(names)]]
    if leading != names:
        listed = ", ".join(each.name for each in folders.columns)
        message = "a sink sorts rows by the columns of its folders alone, and this order is gone"
        help_ = (f"begin the order with them, `order by {listed}, …`, or leave it out",)
        yield Diagnostic(LOST_ORDER, message, Label(folders.span), also, help_)
    elif coalesced is not None and coalesced.span is not None:
        message = "with `coalesce`, a sink sorts rows by the columns of its folders alone"
        yield Diagnostic(LOST_ORDER, message, Label(coalesced.span), also, ("leave it out",))


def _find_name_before(step: object, name: str) -> str:
    """What a column is called before a step; empty where the step computes it."""
    match step:
        case s.RenameColumns(pairs=pairs):
            old_names = {new.casefold(): old.casefold() for old, new in pairs}
            return old_names.get(name, name)
        case s.Project(columns=columns):
            items = columns
        case s.WithColumns(groups=groups):
            items = tuple(item for group in groups for item in group)
        case _:
            return name
    for item in items:
        if name in (each.casefold() for each in item.names):
            return _plain_name(item.expression.column)
    return name


def _plain_name(column: str | None) -> str:
    return (column or "").rpartition(".")[2].strip("`").casefold()


def _is_persistent(sink: Sink) -> bool:
    return sink.connector.sink is None or not sink.connector.sink.transient


def _check_lost_order(operator: Operator) -> Iterator[Diagnostic]:
    match operator.step:
        case s.Deduplicate(columns=columns) if columns:
            message = "`deduplicate` keeps any of the rows, not the first by this order"
            help_ = "number the rows: `row_number() over (partition by … order by …)`, and keep 1"
        case s.Aggregate() as step if any(
            call.name in _LIST_AGGREGATES for call in calls(step.aggregates)
        ):
            message = "the rows are listed as they arrive, not by this order"
            help_ = "sort the list: `array_sort(collect_list(…))`"
        case _:
            return
    sort = _find_sort_before(operator)
    if isinstance(sort, s.Sort):
        also = (Label(sort.span, "the order"),)
        yield Diagnostic(LOST_ORDER, message, Label(operator.step.span), also, (help_,))


def _check_unordered_limit(operator: Operator) -> Iterator[Diagnostic]:
    if not isinstance(operator.step, s.Limit | s.Offset):
        return
    preceding = _find_sort_before(operator)
    if isinstance(preceding, s.Sort | s.SqlQuery | s.ApplyFunction | s.Limit | s.Offset):
        return
    keyword = "limit" if isinstance(operator.step, s.Limit) else "offset"
    message = f"`{keyword}` takes any rows here: they have no order"
    help_ = ("put `|> order by …` before it; a random part is `|> sample`",)
    yield Diagnostic(UNORDERED_LIMIT, message, Label(operator.step.span), (), help_)


def _find_sort_before(operator: Operator) -> s.Step | DatasetInput | Source:
    """The nearest step before that does not merely hand its rows on in their order."""
    current = operator.inputs[0]
    while keeps_order(current.step) and not isinstance(current.step, s.Limit | s.Offset):
        current = current.inputs[0]
    return current.step
