"""Streams that read the folder that they write into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from msgspec import Struct

from ssbt.compiler.contracts.pairs import can_match_written_file
from ssbt.compiler.diagnostics.examples import STREAMING, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.operators import walk_operators
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.ir.written_folders import (
    FolderMeeting,
    FolderRelation,
    WrittenFolder,
    find_meetings,
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
What the sink writes appears where the source looks for new files: each row is read and written
again with the next batch, and so on without end. Spark looks in the folders that the path of the
source matches, and in those of columns below it. Of three rows there were, after three more runs,

| source | sink | rows |
|---|---|---|
| `in/*` | `in/x` | 12 |
| `in` | `in/day=3` | 12 |
| `in` | `in/x` | 3: Spark does not look there |

Write to a folder beside the one that is read. Where a step leaves out what was there before, and
the stream is meant to go round, say so with `# allow SSBT0529: reason`.
""",
    wrong=_example("data/orders/day=1"),
    right=_example("out/paid"),
    severity=Severity.WARNING,
)

LOG_IN_SOURCE = Code(
    "SSBT0530",
    "A stream that writes into the very folder that it reads",
    """\
A stream keeps a log of its files, `_spark_metadata`, in the folder that it writes. A reader of such
a folder takes the files of that log and no others: what someone else puts there is never read, no
row comes out, and every run ends well. Write to another folder.
""",
    wrong=_example("data/orders"),
    right=_example("out/paid"),
)


class _Loop(Struct, frozen=True):
    """A stream from a source into a sink whose files the source finds."""

    sink: Sink
    written: WrittenFolder
    meeting: FolderMeeting

    @property
    def key(self) -> tuple[int, int]:
        """The same for the same two ends."""
        return id(self.sink), id(self.meeting.source)

    def build_diagnostic(self, context: str) -> Diagnostic:
        """The finding, with the environments that bring both together."""
        source, is_same = self.meeting.source, self.meeting.path == self.written.path
        message = f"`{self.sink.name}` writes files that `{source.name}` reads again, without end"
        if is_same:
            message = f"`{source.name}` would read only what `{self.sink.name}` wrote: nothing"
        also = (Label(self.meeting.span, "read from here"),)
        help_ = ("write to a folder beside the one that is read",)
        code = LOG_IN_SOURCE if is_same else OWN_FILES
        return Diagnostic(code, message + context, Label(self.written.span), also, help_)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each stream that comes from where it goes to, by the parameters' defaults."""
    certain = {each.key for each in _find_loops(pipeline, {})}
    for each in _find_loops(pipeline, _defaults(pipeline)):
        yield each.build_diagnostic(
            "" if each.key in certain else ", by the defaults of parameters"
        )


def check_environments(
    pipeline: Pipeline, environments: Iterable[tuple[str, Mapping[str, object]]]
) -> Iterator[Diagnostic]:
    """The same where the parameters of environments, by their names, bring both together."""
    default_keys = {each.key for each in _find_loops(pipeline, _defaults(pipeline))}
    loops: dict[object, tuple[_Loop, list[str]]] = {}
    for name, parameters in environments:
        for each in _find_loops(pipeline, {**_defaults(pipeline), **parameters}):
            if each.key not in default_keys:
                loops.setdefault(each.key, (each, []))[1].append(name)
    for loop, names in loops.values():
        yield loop.build_diagnostic(f" in environment `{'`, `'.join(names)}`")


def _defaults(pipeline: Pipeline) -> dict[str, object]:
    return {each.name: each.default for each in pipeline.parameters if not each.required}


def _find_loops(pipeline: Pipeline, parameters: Mapping[str, object]) -> Iterator[_Loop]:
    for sink, root in stream_plans(pipeline):
        written = written_folder(pipeline, sink, parameters)
        if written is None:
            continue
        feeding = {
            id(each.step)
            for each in walk_operators(root, attrgetter("inputs"), set())
            if isinstance(each.step, Source) and each.step.output.streaming
        }
        for meeting in find_meetings(pipeline, written, parameters):
            if id(meeting.source) in feeding and _is_read_again(sink, written, meeting):
                yield _Loop(sink, written, meeting)


def _is_read_again(sink: Sink, written: WrittenFolder, meeting: FolderMeeting) -> bool:
    name = sink.connector.name
    file_filter = meeting.source.settings.find("path_glob_filter")
    glob = file_filter.value if file_filter is not None else None
    if isinstance(glob, str) and not can_match_written_file(glob, name):
        return meeting.path == written.path
    if meeting.relation is not FolderRelation.AROUND:
        return True
    # A glob such as `in/*` also matches the files that lie in `in`.
    folder, _, last = meeting.path.rpartition("/")
    return folder == written.path and can_match_written_file(last, name)
