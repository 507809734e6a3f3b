"""Sinks that write to one place, or into a folder that another one deletes or reads."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.value_findings import ValueFinding, check_defaults
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import SINK, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.folder_index import FolderIndex
from ssbt.compiler.ir.locations import EnvironmentValues, is_same_place
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.written_folders import (
    WrittenFolder,
    contains,
    deletes_folder,
    folders_below,
    named_folder,
    remembering_folder,
    written_folder,
)

SAME_PATH = Code(
    "SSBT0520",
    "Two sinks that write to the same place",
    """\
Depending on their modes and on which one runs last, one sink would replace the rows of the other or
mix with them. The same is true of folders in each other:

| one sink | another | |
|---|---|---|
| `out/paid` | `out/paid` | they replace each other, or mix |
| `out`, `mode = overwrite` | `out/daily` | the first deletes the folder of the second |
| `out` | `out/day=2026-01-31` | readers of `out` read the rows of both |
| the table `paid` | `spark-warehouse/paid` | they are one folder |
| `out/paid`, `mode = history` | `out/paid_hidden` | the first remembers events there |

Give each sink its own path; to write several datasets together, `union` them first.
""",
    wrong=example(sink=SINK + "\n" + SINK.replace("to parquet", "to parquet as again")),
    right=example(
        sink=SINK
        + "\n"
        + SINK.replace("to parquet", "to parquet as again").replace("out/paid", "out/paid_again")
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink that meets another, by parameters' defaults."""
    yield from check_defaults(find_with, pipeline)


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """One finding for each sink that meets another with these values."""
    folders = [
        (sink, folder)
        for sink in pipeline.sinks
        for find_folder in (written_folder, remembering_folder, named_folder)
        if (folder := find_folder(pipeline, sink, values.parameters)) is not None
    ]
    index = FolderIndex()
    reported: set[int] = set()
    for number, (sink, folder) in enumerate(folders):
        for earlier in index.find(folder.path) if id(sink) not in reported else ():
            other, other_folder = folders[earlier]
            if (folder.by_name or other_folder.by_name) and not _are_tables(sink, other):
                continue
            finding = _check_pair((other, other_folder), (sink, folder))
            if finding is not None:
                yield ValueFinding((id(other), id(sink)), finding)
                reported.add(id(sink))
                break
        index.add(number, folder.path)


def _are_tables(sink: Sink, other: Sink) -> bool:
    """Whether two sinks name their tables, so that one name is one table."""
    tables = (each.settings.at(OptionPlacement.TABLE) for each in (sink, other))
    return sink is not other and all(each is not None for each in tables)


def _check_pair(
    first: tuple[Sink, WrittenFolder], second: tuple[Sink, WrittenFolder]
) -> Diagnostic | None:
    (sink, folder), (_, other_folder) = second, first
    if is_same_place(folder.path, other_folder.path):
        if sink is first[0]:
            message = f"`{sink.name}` remembers events in the table that it writes"
            help_ = "name another table, or none: there is one beside the table then"
            return _build_diagnostic(message, folder, other_folder, help_)
        message = f"`{sink.name}` writes where another sink writes already"
        return _build_diagnostic(message, folder, other_folder)
    outer, inner = (first, second) if contains(other_folder.path, folder.path) else (second, first)
    below = folders_below(outer[1].path, inner[1].path)
    if below is None:
        return None
    if outer[0].is_versioned:
        return None
    if deletes_folder(outer[0]):
        message = f"`{outer[0].name}` deletes the folder of `{inner[0].name}` when it overwrites"
    elif below and "=" in below[0]:
        message = f"`{inner[0].name}` writes into a folder of `{outer[0].name}`, where it is read"
    else:
        return None
    return _build_diagnostic(message, folder, other_folder)


def _build_diagnostic(
    message: str,
    folder: WrittenFolder,
    other: WrittenFolder,
    help_: str = "give each sink a path of its own, beside the other's",
) -> Diagnostic:
    also = (Label(other.span, "the other one"),)
    return Diagnostic(SAME_PATH, message, Label(folder.span), also, (help_,))
