"""Tables whose upkeep deletes what it does not know, and whose folder holds what others need."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.check.value_findings import ValueFinding, check_defaults
from ssbt.compiler.diagnostics.codes.upkeep import example_with_upkeep
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.checkpoint_folders import list_checkpoints
from ssbt.compiler.ir.globs import is_glob
from ssbt.compiler.ir.locations import EnvironmentValues
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.written_folders import (
    WrittenFolder,
    folders_below,
    is_hidden,
    list_read_folders,
    remembering_folder,
    written_folder,
)
from ssbt.compiler.source import Span

_SWEPT = example_with_upkeep("expire_snapshots = 7 days\n  remove_orphans   = true").replace(
    "maintain", 'sink orders to delta {\n  path = "PATH"\n  mode = append\n}\n\nmaintain'
)

SWEPT_FOLDER = Code(
    "SSBT0583",
    "A folder of others in that of a table whose unknown files are deleted",
    """\
`remove_orphans` lists the folder of a table and everything below it, and deletes what the table
does not know. The files of another table, of another sink or of a source, and the checkpoint of a
stream are such files: once they are older than `expire_snapshots`, they are gone. Whoever runs
`VACUUM` by hand deletes them, too.

| the table | in it | |
|---|---|---|
| `lake/orders` | `lake/orders/eu`, another table | its log stays, its files go |
| `lake/orders` | `lake/orders/landing`, read by a source | files go before they are read |
| `lake/orders` | `lake/orders/checkpoints` | the streams start from the beginning |
| `lake/orders` | `lake/orders/_checkpoints` | stays: the name begins with `_` |

Put each of them beside the table.
""",
    wrong=_SWEPT.replace("PATH", "lake/paid/all"),
    right=_SWEPT.replace("PATH", "lake/all"),
)


class _Foreign(Struct, frozen=True):
    """A folder that is no part of a table: whose it is, for messages, and where it is said."""

    owner: str
    path: str
    span: Span


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each folder that upkeep would empty, by parameters' defaults."""
    yield from check_defaults(find_with, pipeline)


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """One finding for each folder that upkeep would empty with these values."""
    swept = [*_list_swept(pipeline, values)]
    if not swept:
        return
    foreign = [*_list_foreign(pipeline, values)]
    for table, option in swept:
        for each in foreign:
            below = folders_below(table.path, each.path)
            if below and not any(map(is_hidden, below)):
                yield ValueFinding((option, each.span), _build_diagnostic(each, table, option))


def _list_swept(
    pipeline: Pipeline, values: EnvironmentValues
) -> Iterator[tuple[WrittenFolder, Span]]:
    """The folders of tables, and of those beside them, with the option that has them emptied."""
    sinks = {each.name: each for each in pipeline.sinks}
    for upkeep in pipeline.upkeep:
        sink, setting = sinks.get(upkeep.sink), upkeep.settings.find("remove_orphans")
        if sink is not None and setting is not None and upkeep.removes_orphans:
            for folder in _folders(pipeline, sink, values):
                yield folder, setting.span or upkeep.span


def _list_foreign(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[_Foreign]:
    for sink in pipeline.sinks:
        for written in _folders(pipeline, sink, values):
            yield _Foreign(f"what `{sink.name}` writes", written.path, written.span)
    for each in list_read_folders(pipeline, values.parameters):
        # A folder of a column may be the table's own.
        if not is_glob(each.path) and "=" not in each.path:
            yield _Foreign(f"what `{each.source.name}` reads", each.path, each.span)
    for name, folder, span in list_checkpoints(pipeline, values.parameters):
        yield _Foreign(f"the checkpoint of `{name}`", folder, span)


def _folders(pipeline: Pipeline, sink: Sink, values: EnvironmentValues) -> Iterator[WrittenFolder]:
    for find_folder in (written_folder, remembering_folder):
        folder = find_folder(pipeline, sink, values.parameters)
        if folder is not None:
            yield folder


def _build_diagnostic(each: _Foreign, table: WrittenFolder, option: Span) -> Diagnostic:
    message = f"the upkeep of `{table.path}` deletes {each.owner}, in a folder of this table"
    also = (Label(table.span, "the table"), Label(option, "deletes what the table does not know"))
    help_ = ("move it to a folder beside the table", "or leave `remove_orphans` out")
    return Diagnostic(SWEPT_FOLDER, message, Label(each.span), also, help_)
