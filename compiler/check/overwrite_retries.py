"""Overwrites that would be tried again with rows that another job has outdated."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ssbt.compiler.check.value_findings import ValueFinding, check_defaults
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.locations import EnvironmentValues
from ssbt.compiler.ir.operators import walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.written_folders import find_meetings, list_read_folders, written_folder

_SOURCE = """\
source orders from delta {
  path   = "lake/orders"
  schema = Order
}
"""
_SINK = """\
sink paid to delta {
  path             = "lake/orders"
  mode             = overwrite
  conflict_retries = 3
}
"""

OUTDATED = Code(
    "SSBT0571",
    "An overwrite that would be tried again with outdated rows",
    """\
With `conflict_retries` an overwrite that met another job is tried again, as if it had come after
that. But this dataset is read from the table itself, in the version that it had when the job began:
the rows that the other job wrote would be overwritten with rows that do not know them. Leave the
option out and run the whole job again, or write to another table.
""",
    wrong=example(source=_SOURCE, sink=_SINK),
    right=example(source=_SOURCE, sink=_SINK.replace("  conflict_retries = 3\n", "")),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink that overwrites what it is read from, by parameters' defaults."""
    yield from check_defaults(find_with, pipeline)


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """One finding for each sink that overwrites what it is read from, with these values."""
    folders = [*list_read_folders(pipeline, values.parameters)]
    for sink in pipeline.sinks:
        mode, retries = sink.settings.find("mode"), sink.settings.find("conflict_retries")
        if mode is None or mode.value != "overwrite" or retries is None or not retries.span:
            continue
        written = written_folder(pipeline, sink, values.parameters)
        for meeting in find_meetings(folders, written) if written is not None else ():
            if _is_fed_by(pipeline, sink, meeting.source):
                message = (
                    f"`{sink.name}` overwrites what it reads from `{meeting.source.name}`: another"
                    " try would have outdated rows"
                )
                also = (Label(meeting.span, "read here"),) if meeting.span is not None else ()
                help_ = ("leave `conflict_retries` out, and run the whole job again",)
                yield ValueFinding(
                    id(sink), Diagnostic(OUTDATED, message, Label(retries.span), also, help_)
                )
                break


def _is_fed_by(pipeline: Pipeline, sink: Sink, source: Source) -> bool:
    root = plans(pipeline).get(sink.dataset)
    return root is not None and any(
        each.step is source for each in walk_operators(root, attrgetter("inputs"), set())
    )
