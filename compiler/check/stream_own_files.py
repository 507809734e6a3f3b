"""Streams that read the folder that they write into."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ssbt.compiler.check.value_findings import ValueFinding, check_defaults
from ssbt.compiler.contracts.pairs import can_match_written_file
from ssbt.compiler.diagnostics.examples import STREAMING, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.locations import EnvironmentValues, is_same_place
from ssbt.compiler.ir.operators import Operator, walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.ir.written_folders import (
    FolderMeeting,
    FolderRelation,
    ReadFolder,
    WrittenFolder,
    find_meetings,
    list_read_folders,
    written_folder,
)

_PIPELINE = 'pipeline paid_orders {\n  description = "Orders that were paid"\n' + STREAMING


def _example(target: str, glob: str = "data/orders") -> str:
    return example(
        pipeline=_PIPELINE,
        source=f'stream source orders from json {{\n  path   = "{glob}"\n  schema = Order\n}}\n',
        sink=f'sink paid to json {{\n  path = "{target}"\n}}\n',
    )


OWN_FILES = Code(
    "SSBT0529",
    "A stream that reads the files that it writes",
    """\
What the sink writes appears where the source looks for new files. Each row is read and written
again with the next batch, and so on without end. Spark looks in the folders that the source's path
matches, and in the column folders below it. An example with three rows, after three more runs:

| source | sink | rows |
|---|---|---|
| `in/*` | `in/x` | 12 |
| `in` | `in/day=3` | 12 |
| `in` | `in/x` | 3: Spark does not look there |

Write to a folder next to the one that is read. If a step leaves out what was there before, and you
want the stream to feed itself, say so with `# allow SSBT0529: reason`.
""",
    wrong=_example("data/orders/day=1"),
    right=_example("out/paid"),
    severity=Severity.WARNING,
)

LOG_IN_SOURCE = Code(
    "SSBT0530",
    "A stream that writes into the very folder it reads",
    """\
A stream keeps a log of its files, `_spark_metadata`, in the folder that it writes to. Spark then
reads from that folder only the files in the log. It never reads what anyone else puts there: no row
comes out, and every run succeeds. Write to another folder.
""",
    wrong=_example("data/orders"),
    right=_example("out/paid"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each stream that comes from where it goes to, by the parameters' defaults."""
    yield from check_defaults(find_with, pipeline)


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """One finding for each stream that comes from where it goes to with these values."""
    folders: list[ReadFolder] | None = None
    for sink, root in stream_plans(pipeline):
        written = written_folder(pipeline, sink, values.parameters)
        if written is None:
            continue
        if folders is None:
            folders = [*list_read_folders(pipeline, values.parameters)]
        meetings = list(find_meetings(folders, written))
        # Few sinks meet a source; the plans after all of them are long.
        feeding = _find_feeding(root) if meetings else set()
        for meeting in meetings:
            if id(meeting.source) in feeding and _is_read_again(sink, written, meeting):
                key = id(sink), id(meeting.source)
                yield ValueFinding(key, _build_diagnostic(sink, written, meeting))


def _find_feeding(root: Operator) -> set[int]:
    """The ids of the streaming sources that flow into an operator."""
    return {
        id(each.step)
        for each in walk_operators(root, attrgetter("inputs"), set())
        if isinstance(each.step, Source) and each.step.output.streaming
    }


def _build_diagnostic(sink: Sink, written: WrittenFolder, meeting: FolderMeeting) -> Diagnostic:
    code, message = (
        OWN_FILES,
        f"`{sink.name}` writes files that `{meeting.source.name}` reads again",
    )
    message += ", without end"
    if is_same_place(meeting.path, written.path) and not written.versioned:
        code = LOG_IN_SOURCE
        message = f"`{meeting.source.name}` would read only what `{sink.name}` wrote: nothing"
    also = (Label(meeting.span, "read from here"),)
    help_ = ("write to a folder beside the one that is read",)
    return Diagnostic(code, message, Label(written.span), also, help_)


def _is_read_again(sink: Sink, written: WrittenFolder, meeting: FolderMeeting) -> bool:
    if written.versioned:
        return True
    name = sink.connector.name
    file_filter = meeting.source.settings.find("path_glob_filter")
    glob = file_filter.value if file_filter is not None else None
    if isinstance(glob, str) and not can_match_written_file(glob, name):
        return is_same_place(meeting.path, written.path)
    if meeting.relation is not FolderRelation.AROUND:
        return True
    # A glob such as `in/*` also matches the files that lie in `in`.
    folder, _, last = meeting.path.rpartition("/")
    return folder == written.path and can_match_written_file(last, name)
