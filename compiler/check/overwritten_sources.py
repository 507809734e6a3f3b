"""Sinks that overwrite what the pipeline reads, or that find their folder there already."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ssbt.compiler.check.value_findings import ValueFinding, check_defaults
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SINK, SOURCE, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.locations import EnvironmentValues
from ssbt.compiler.ir.operators import walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.written_folders import (
    FolderMeeting,
    WrittenFolder,
    find_meetings,
    is_present,
    list_read_folders,
    written_folder,
)

OVERWRITES_SOURCE = Code(
    "SSBT0521",
    "A sink that overwrites what is being read",
    """\
Spark reads while it writes. With `mode = overwrite` it deletes the files of the source before it
has read them; the job fails, and its input is gone. Write to another path. It does not matter
whether the source feeds this sink or another one. The following places collide:

| with the source's `path` | a sink that overwrites |
|---|---|
| `in` | `in`, `./in`, or a folder around it |
| `in` | a folder of a column in it: `in/day=1`, or `in/x` with `partition_by` |
| `in`, `recursive_file_lookup = true` | any folder in it, unless its name begins with `_` or `.` |
| `in/*`, `in/{a,b}`, `in/[ab]` | `in/a`, or `in` |
| `in/day=*` | `in/day=1`, or `in` |
| `spark-warehouse/orders` | the table `orders` |

A table of Delta Lake may be overwritten while it is read: readers keep the version that they began
with.

Parameters count with their defaults and with the configuration of each environment.

`partition_overwrite_mode = dynamic` deletes nothing until everything is read. But a later sink that
comes from the same source no longer finds its files.
""",
    wrong=example(
        source=SOURCE.replace("data/orders.csv", "data/orders"),
        sink=SINK.replace("out/paid", "data/orders"),
    ),
    right=example(),
)

PRESENT_FOLDER = Code(
    "SSBT0528",
    "A sink whose folder exists in every run",
    """\
A source reads this folder, or part of it, so it exists whenever the job runs. With
`mode = errorifexists`, the default if the sink names no `mode`, the job always fails; with
`mode = ignore` it silently writes nothing. Write to another path, or set `mode = append` to add the
rows to those that are read.
""",
    wrong=example(
        source=SOURCE.replace("data/orders.csv", "data/orders"),
        sink=SINK.replace("out/paid", "data/orders").replace("overwrite", "ignore"),
    ),
    right=example(),
)

_DEFAULT = "errorifexists"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink and each source that it would empty, by parameters' defaults."""
    yield from check_defaults(find_with, pipeline)


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """One finding for each sink and each source that it would empty with these values."""
    folders = [*list_read_folders(pipeline, values.parameters)]
    for number, sink in enumerate(pipeline.sinks):
        if sink.stream is not None:
            continue
        written = written_folder(pipeline, sink, values.parameters)
        if written is None:
            continue
        setting = sink.settings.at(OptionPlacement.MODE)
        mode = _DEFAULT if setting is None else setting.value
        for meeting in find_meetings(folders, written):
            finding = None
            # Readers of a table keep the version that they began with.
            if mode == "overwrite" and not (sink.is_versioned and meeting.source.is_versioned):
                finding = _check_overwriting(pipeline, number, meeting, written)
            elif mode in (_DEFAULT, "ignore") and is_present(written, meeting.path):
                finding = _build_present_diagnostic(sink, str(mode), meeting, written)
            if finding is not None:
                yield ValueFinding((id(sink), id(meeting.source)), finding)


def _check_overwriting(
    pipeline: Pipeline, number: int, meeting: FolderMeeting, written: WrittenFolder
) -> Diagnostic | None:
    sink, source = pipeline.sinks[number], meeting.source
    kind = "table" if sink.settings.at(OptionPlacement.TABLE) is not None else "path"
    message = f"`{sink.name}` overwrites what `{source.name}` reads"
    help_ = f"write to another {kind}"
    mode = sink.settings.find("partition_overwrite_mode")
    if mode is not None and mode.value == "dynamic":
        later_sink = _find_later_reader(pipeline, number, source)
        if later_sink is None:
            return None
        message += f", of which `{later_sink.name}` then finds the files gone"
        help_ = f"write `{later_sink.name}` first, or to another {kind}"
    return _build_diagnostic(OVERWRITES_SOURCE, message, meeting, written, help_)


def _find_later_reader(pipeline: Pipeline, number: int, source: Source) -> Sink | None:
    """The first sink after a given one that a source feeds, too."""
    roots = plans(pipeline)
    for sink in pipeline.sinks[number + 1 :]:
        root = roots.get(sink.dataset)
        if root is not None and any(
            each.step is source for each in walk_operators(root, attrgetter("inputs"), set())
        ):
            return sink
    return None


def _build_present_diagnostic(
    sink: Sink, mode: str, meeting: FolderMeeting, written: WrittenFolder
) -> Diagnostic:
    outcome = "never writes" if mode == "ignore" else "always fails"
    message = f"`{sink.name}` {outcome}: its folder is there, for `{meeting.source.name}` reads it"
    help_ = "write to another path, or say `mode = append`"
    return _build_diagnostic(PRESENT_FOLDER, message, meeting, written, help_)


def _build_diagnostic(
    code: Code, message: str, meeting: FolderMeeting, written: WrittenFolder, help_: str
) -> Diagnostic:
    also = (Label(meeting.span, "read from here"),)
    return Diagnostic(code, message, Label(written.span), also, (help_,))
