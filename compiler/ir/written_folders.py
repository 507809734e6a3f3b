"""How a folder that a sink writes lies to what a source reads: what Spark would delete or read.

Spark looks for files below a path in folders that hold a column, `day=2026-01-31`, and with
`recursive_file_lookup` in all, but in no folder whose name begins with `_` or `.`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from msgspec import Struct

from ssbt.compiler.connectors.settings import Setting, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.catalogs import find_catalog, find_named_catalog, table_place
from ssbt.compiler.ir.globs import matches_folder, split_glob, split_path
from ssbt.compiler.ir.locations import (
    fill_parameters,
    is_absolute,
    location,
    path_spellings,
    values_of,
)
from ssbt.compiler.ir.merges import find_memory
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.source import Span

_WAREHOUSE = "spark.sql.warehouse.dir"
_DEFAULT_WAREHOUSE = "spark-warehouse"


class FolderRelation(Enum):
    """The written folder is the one that is read, lies around it, or in it where Spark looks."""

    SAME = "same"
    AROUND = "around"
    INSIDE = "inside"


class WrittenFolder(Struct, frozen=True):
    """Where a sink writes; `has_folders` where it makes folders of columns there.

    `versioned` where it is a table with a log of its own. With `by_name` it stands for the name of
    a table whose files lie elsewhere.
    """

    path: str
    span: Span
    has_folders: bool
    versioned: bool = False
    by_name: bool = False


class ReadFolder(Struct, frozen=True):
    """One of the paths that a source reads, and where it is said."""

    source: Source
    path: str
    span: Span
    is_recursive: bool


class FolderMeeting(Struct, frozen=True):
    """A source that reads what lies where a sink writes; `path` is that of the source."""

    source: Source
    path: str
    span: Span
    relation: FolderRelation


def written_folder(
    pipeline: Pipeline, sink: Sink, parameters: Mapping[str, object]
) -> WrittenFolder | None:
    """The folder of a sink; of a table, the one in the warehouse. None where it has none."""
    path = sink.settings.at(OptionPlacement.PATH)
    table = sink.settings.at(OptionPlacement.TABLE)
    setting = path or table
    if setting is None or setting.span is None:
        return None
    folder = location(setting.value, parameters)
    catalog = find_catalog(sink.settings, pipeline.connections)
    if catalog is not None:
        folder = table_place(catalog, sink.settings, setting.value, parameters)
    elif table is not None:
        warehouse = dict(pipeline.spark).get(_WAREHOUSE, _DEFAULT_WAREHOUSE)
        if path is None:
            folder = _named_folder(pipeline, sink.settings, setting.value, parameters)
        elif not is_absolute(folder):
            # What a table says of its place counts from the warehouse.
            folder = location(f"{warehouse}/{folder}", parameters)
    has_folders = bool(sink.settings.columns_at(OptionPlacement.PARTITION_BY))
    return WrittenFolder(folder, setting.span, has_folders, sink.is_versioned)


def remembering_folder(
    pipeline: Pipeline, sink: Sink, parameters: Mapping[str, object]
) -> WrittenFolder | None:
    """The folder of the table in which a sink that merges remembers events, if it does."""
    memory, table = find_memory(sink.settings), written_folder(pipeline, sink, parameters)
    if memory is None or table is None:
        return None
    option, suffix = memory
    explicit = sink.settings.find(option)
    if explicit is None or explicit.span is None:
        return WrittenFolder(f"{table.path}{suffix}", table.span, False, versioned=True)
    folder = location(explicit.value, parameters)
    catalog = find_catalog(sink.settings, pipeline.connections)
    if catalog is not None:
        folder = table_place(catalog, sink.settings, explicit.value, parameters)
    elif sink.settings.at(OptionPlacement.PATH) is None:
        folder = _named_folder(pipeline, sink.settings, explicit.value, parameters)
    return WrittenFolder(folder, explicit.span, False, versioned=True)


def named_folder(
    pipeline: Pipeline, sink: Sink, parameters: Mapping[str, object]
) -> WrittenFolder | None:
    """Where the table of a sink with a `path` of its own would be by its name; None for others.

    No file is there, but another sink of this name writes the same table.
    """
    path = sink.settings.at(OptionPlacement.PATH)
    table = sink.settings.at(OptionPlacement.TABLE)
    if path is None or table is None or table.span is None:
        return None
    folder = _named_folder(pipeline, sink.settings, table.value, parameters)
    return WrittenFolder(folder, table.span, False, sink.is_versioned, by_name=True)


def _named_folder(
    pipeline: Pipeline, settings: Settings, table: object, parameters: Mapping[str, object]
) -> str:
    """The folder of a table that the session finds by its name, in whichever of its catalogs."""
    name = fill_parameters(table, parameters)
    catalog = find_named_catalog(name, pipeline.declarations.connections)
    if catalog is not None:
        return table_place(catalog, settings, name.partition(".")[2], parameters)
    warehouse = dict(pipeline.spark).get(_WAREHOUSE, _DEFAULT_WAREHOUSE)
    return location(f"{warehouse}/{_table_folder(name)}", parameters)


def deletes_folder(sink: Sink) -> bool:
    """Whether a sink deletes its folder, with everything that lies in it, before it writes.

    Of a table that has a log these are its rows, and no other files.
    """
    mode = sink.settings.at(OptionPlacement.MODE)
    overwriting = sink.settings.find("partition_overwrite_mode")
    is_partial = overwriting is not None and overwriting.value == "dynamic"
    is_partial = is_partial or sink.settings.find("replace") is not None
    return sink.stream is None and mode is not None and mode.value == "overwrite" and not is_partial


def _table_folder(table: str) -> str:
    names = [name.strip("`") for name in table.casefold().split(".")]
    names = names[1:] if names[0] == "spark_catalog" else names
    database = [f"{name}.db" for name in names[:-1] if name != "default"]
    return "/".join((*database, names[-1]))


def list_read_folders(pipeline: Pipeline, parameters: Mapping[str, object]) -> Iterator[ReadFolder]:
    """What the sources read, source by source."""
    for source in pipeline.datasets:
        if not isinstance(source, Source) or source.part:
            continue
        setting = read_setting(source)
        if setting is None or setting.span is None:
            continue
        is_recursive = source.settings.is_true("recursive_file_lookup")
        for path in read_folders(pipeline, source, parameters):
            yield ReadFolder(source, path, setting.span, is_recursive)


def find_meetings(folders: Iterable[ReadFolder], written: WrittenFolder) -> Iterator[FolderMeeting]:
    """The sources that read what lies in the folder, each once."""
    last: Source | None = None
    for each in folders:
        if each.source is last:
            continue
        relation = relate(written, each.path, is_recursive=each.is_recursive)
        if relation is not None and _is_met(written, each.source, relation):
            last = each.source
            yield FolderMeeting(each.source, each.path, each.span, relation)


def read_setting(source: Source) -> Setting | None:
    """What says where a source reads."""
    path = source.settings.at(OptionPlacement.LOAD)
    return path or source.settings.at(OptionPlacement.TABLE)


def read_folders(
    pipeline: Pipeline, source: Source, parameters: Mapping[str, object]
) -> Iterator[str]:
    """The paths that a source reads; of a table, its folder in the warehouse."""
    for value in values_of(source.settings, OptionPlacement.LOAD):
        yield location(value, parameters)
    catalog = find_catalog(source.settings, pipeline.connections)
    for value in values_of(source.settings, OptionPlacement.TABLE):
        if catalog is not None:
            yield table_place(catalog, source.settings, value, parameters)
            continue
        yield _named_folder(pipeline, source.settings, value, parameters)


def _is_met(written: WrittenFolder, source: Source, relation: FolderRelation) -> bool:
    """Whether a write there touches what is read: of a table, only one into the table itself."""
    both_versioned = written.versioned and source.is_versioned
    return relation is FolderRelation.SAME or not both_versioned


def relate(written: WrittenFolder, path: str, *, is_recursive: bool) -> FolderRelation | None:
    """How the folder lies to what a path or glob reads; None where Spark keeps them apart."""
    relations = {
        _relate_folders(split_path(target), branch, written.has_folders, is_recursive)
        for target in path_spellings(written.path)
        for spelling in path_spellings(path)
        for branch in split_glob(spelling)
    }
    order = (FolderRelation.SAME, FolderRelation.AROUND, FolderRelation.INSIDE)
    return next((each for each in order if each in relations), None)


def _relate_folders(
    target: tuple[str, ...], glob: tuple[str, ...], has_folders: bool, is_recursive: bool
) -> FolderRelation | None:
    target = () if target == (".",) else target
    glob = () if glob == (".",) else glob
    if not all(map(matches_folder, glob, target)):
        return None
    if not target and glob and (not glob[0] or ":" in glob[0]):
        # An absolute path, beside the folder that the job runs in.
        return None
    if not glob and target and (not target[0] or ":" in target[0]):
        return None
    if len(target) == len(glob):
        return FolderRelation.SAME
    if len(target) < len(glob):
        return FolderRelation.AROUND
    below = target[len(glob) :]
    if any(is_hidden(name) for name in below):
        return None
    is_entered = is_recursive or has_folders or any("=" in name for name in below)
    return FolderRelation.INSIDE if is_entered else None


def is_hidden(name: str) -> bool:
    """Whether Spark passes over a folder of this name."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name)


def is_present(written: WrittenFolder, path: str) -> bool:
    """Whether the folder is surely there where a source finds something at its path."""
    return contains(written.path, path)


def contains(outer: str, inner: str) -> bool:
    """Whether one path is a folder around the other, which is no glob, or the same."""
    return folders_below(outer, inner) is not None


def folders_below(outer: str, inner: str) -> tuple[str, ...] | None:
    """The folders that lead from a path to one in it; None where it is no folder around it."""
    if outer == ".":
        return None if is_absolute(inner) else split_path(inner)
    for around in map(split_path, path_spellings(outer)):
        for spelling in path_spellings(inner):
            within = split_path(spelling)
            if within[: len(around)] == around:
                return within[len(around) :]
    return None


def may_contain(outer: str, glob: str) -> bool:
    """Whether a path may be a folder around what a glob matches."""
    return contains(outer, glob) or any(
        len(branch) >= len(around) and all(map(matches_folder, branch, around))
        for around in map(split_path, path_spellings(outer))
        for spelling in path_spellings(glob)
        for branch in split_glob(spelling)
    )
