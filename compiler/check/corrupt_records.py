"""Datasets that use nothing of a source but its column of malformed rows, which Spark refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.diagnostics.examples import SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.expressions import Expression
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source, collect_outputs
from ssbt.compiler.ir.provenance import Origin

_OPTION = "columnNameOfCorruptRecord"
_WITH_CORRUPT = SOURCE.replace(
    "header = true",
    'header = true\n  mode   = permissive\n  column_name_of_corrupt_record = "_corrupt"',
)

ONLY_CORRUPT = Code(
    "SSBT0526",
    "A query of nothing but malformed rows",
    """\
Spark reads only the columns that a query uses, and finds out whether a row is malformed by reading
the other columns. So it refuses a query that uses the column for corrupt records and no other
column of its source.
""",
    wrong=example(source=_WITH_CORRUPT, steps="|> where _corrupt is not null\n|> select _corrupt"),
    right=example(
        source=_WITH_CORRUPT, steps="|> where _corrupt is not null\n|> select id, _corrupt"
    ),
)

Needs = dict[str, set[str]]


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink and each source of which it needs that column alone."""
    corrupt = dict(_corrupt_columns(pipeline))
    if not corrupt:
        return
    outputs = collect_outputs(pipeline)
    for sink in pipeline.sinks:
        needs: Needs = {sink.dataset: {c.name for c in outputs[sink.dataset].columns}}
        for dataset in reversed(pipeline.datasets):
            wanted_columns = needs.get(dataset.name)
            if wanted_columns is None or isinstance(dataset, Source):
                continue
            used = _used_origins(dataset, wanted_columns)
            if used is None:
                break
            for name in dataset.query.uses:
                needs.setdefault(name, set())
            for origin in used:
                needs.setdefault(origin.dataset, set()).add(origin.column)
        else:
            yield from _check_sink(sink.name, needs, corrupt, pipeline)


def _corrupt_columns(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """The sources that keep malformed rows, and the column in which they do."""
    for dataset in pipeline.datasets:
        if isinstance(dataset, Source):
            for setting in dataset.settings.settings:
                if setting.option.spark == _OPTION and setting.value:
                    yield dataset.name, str(setting.value)


def _used_origins(let: Let, wanted_columns: set[str]) -> set[Origin] | None:
    """What a let needs for the wanted columns; None where that is not told by its expressions."""
    used = {o for c in let.query.output.columns if c.name in wanted_columns for o in c.origins}
    for step in let.query.steps:
        expressions = _row_expressions(step)
        if expressions is None:
            return None
        used |= {origin for expression in expressions for origin in expression.origins}
    return used


def _row_expressions(step: ir.Step) -> Iterable[Expression] | None:
    """The expressions that decide which rows there are; None for steps that may use anything."""
    match step:
        case ir.Filter(condition=condition):
            return (condition,)
        case ir.Sort(keys=keys):
            return [key.expression for key in keys]
        case ir.Aggregate(keys=keys, aggregates=aggregates):
            return [item.expression for item in (*keys, *aggregates)]
        case ir.Project(distinct=False) | ir.WithColumns() | ir.DropColumns():
            return ()
        case ir.RenameColumns() | ir.Alias() | ir.Limit() | ir.Offset() | ir.Sample():
            return ()
        case ir.Project() | ir.Join() | ir.Distinct() | ir.Deduplicate() | ir.Watermark():
            return None
        case ir.SetOperation() | ir.Pivot() | ir.Unpivot() | ir.Explode() | ir.UseTransform():
            return None
        case ir.ApplyFunction() | ir.Stateful() | ir.SqlQuery():
            return None


def _check_sink(
    sink: str, needs: Needs, corrupt: dict[str, str], pipeline: Pipeline
) -> Iterator[Diagnostic]:
    for name, column in corrupt.items():
        if {each.casefold() for each in needs.get(name, ())} != {column.casefold()}:
            continue
        span = next(each.span for each in pipeline.sinks if each.name == sink)
        message = f"`{sink}` uses nothing of `{name}` but `{column}`, which Spark refuses"
        help_ = (f"keep another column of `{name}`, too",)
        head = type(span)(span.path, span.start, min(span.end, span.start + 4))
        yield Diagnostic(ONLY_CORRUPT, message, Label(head), (), help_)
