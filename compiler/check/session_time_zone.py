"""Results that depend on the time zone of the session, which nobody has said."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import OptionPlacement, Role, RoleSpecification
from ssbt.compiler.diagnostics.examples import SCHEMA, SOURCE, ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import expressions, plans
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.source import Span
from ssbt.compiler.sparkconf.settings import TIME_ZONE
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.zone_dependence import has_instant, has_mixed_zones, has_zone_in_pattern

_TIMES = {
    "schema": SCHEMA.replace("placed_on: date", "placed_at: timestamp"),
    "source": SOURCE.replace("csv {", "parquet {").replace("  header = true\n", ""),
    "steps": "|> extend date(placed_at) as day",
}

NO_TIME_ZONE = Code(
    "SSBT0340",
    "A result that depends on the machine's time zone",
    """\
Spark stores a TIMESTAMP as an instant. To combine an instant with something that has no zone, it
uses the session's time zone: for the hour of a timestamp, its date and its text, for a timestamp
that is read from a text or made from a date, for `current_date`, and for a day that is added where
clocks are set forward. If you set no zone, Spark takes that of the machine that the driver runs on:
`date(placed_at)` of 23:30 UTC is one day in London and the next in Berlin, one on a laptop and
another on the cluster.

Set the zone once, in the pipeline: `time_zone = "UTC"`, or the zone whose days you mean, such as
`time_zone = "Europe/Berlin"`. The warning appears once, at the first place that depends on the
zone. `spark-submit --conf spark.sql.session.timeZone=…` overrides the pipeline, as for all
settings. Steps written as `sql` and Python code are not checked.
""",
    wrong=example(**_TIMES),
    right=example(pipeline=ZONED, **_TIMES),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding at most."""
    if any(name.lower() == TIME_ZONE.lower() for name, _ in pipeline.spark):
        return
    for span, subject in _find_zone_uses(pipeline):
        message = f"{subject} depends on the time zone of the session, which is the machine's"
        help_ = 'say it in the pipeline: `time_zone = "UTC"`, or such as `"Europe/Berlin"`'
        yield Diagnostic(
            NO_TIME_ZONE, message, Label(span), (), (help_,), (_time_zone_edit(pipeline),)
        )
        return


def _time_zone_edit(pipeline: Pipeline) -> Edit:
    """The entry after the others of the block, or in a block without any."""
    last = pipeline.last_entry
    if last is not None:
        return Edit(Span(last.path, last.end, last.end), '\n  time_zone = "UTC"')
    end = pipeline.span.end - 1
    return Edit(Span(pipeline.span.path, end, end), ' time_zone = "UTC" ')


def _find_zone_uses(pipeline: Pipeline) -> Iterator[tuple[Span, str]]:
    """What depends on the zone: in expressions, then as it is read, then as it is written."""
    roots = plans(pipeline)
    visited: set[int] = set()
    spans = {use for root in roots.values() for use in _zone_dependent_spans(root, visited)}
    main = pipeline.span.path
    for span in sorted(spans, key=lambda span: (span.path != main, span.path, span.start)):
        yield span, "this"
    for each in pipeline.datasets:
        if (
            isinstance(each, Source)
            and not each.part
            and _is_local_text(each.settings, each.output, each)
        ):
            yield declaration_head(each.span), f"what `{each.name}` reads as timestamps"
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if root is not None and _is_local_text(sink.settings, root.output, sink):
            yield declaration_head(sink.span), f"the text of the timestamps in `{sink.name}`"


def _zone_dependent_spans(root: Operator, visited: set[int]) -> Iterator[Span]:
    for operator in walk_operators(root, attrgetter("inputs"), visited):
        for expression in expressions(operator.step):
            if expression.zone_use is not None:
                yield expression.zone_use
        if isinstance(operator.step, s.SetOperation) and _mixes_sides(operator):
            yield operator.step.span


def _mixes_sides(operator: Operator) -> bool:
    """Whether a column is an instant on one side of a union and has no zone on the other."""
    left, right = (each.output for each in operator.inputs)
    return any(
        has_mixed_zones((Typed(left_column.type), Typed(right_column.type)))
        for left_column in left.columns
        for right_column in right.find_columns(left_column.name)
    )


def _is_local_text(settings: Settings, relation: Relation, endpoint: Source | Sink) -> bool:
    """Whether timestamps are texts there, and neither they nor an option say their zone."""
    records = isinstance(endpoint, Source) and endpoint.records is not None
    # Beside the value of a record are columns of Spark's own, such as `_timestamp`.
    columns = [each for each in relation.columns if not (records and each.name.startswith("_"))]
    if not any(has_instant(column.type) for column in columns):
        return False
    role = Role.SOURCE if isinstance(endpoint, Source) else Role.SINK
    value = settings.format_at(OptionPlacement.VALUE)
    if value is not None:
        return _has_local_form(value.settings, value.format.role(role))
    return _has_local_form(settings, endpoint.connector.role(role))


def _has_local_form(settings: Settings, role: RoleSpecification | None) -> bool:
    if role is None or role.option("timestamp_format") is None:
        return False
    if settings.find("time_zone") is not None:
        return False
    pattern = settings.find("timestamp_format")
    return pattern is None or pattern.span is None or not has_zone_in_pattern(pattern.value)
