"""Folders of a path that hold a column, `day=2026-01-31`, as far as a compiler can know them.

Spark takes a folder for a column only below the path that it is given. A column that the path
itself names would be null in every row, unless `basePath` says where folders begin to count.
"""

from __future__ import annotations

from collections.abc import Iterable
import re
from urllib.parse import unquote

from msgspec import Struct

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.patterns import lazy_pattern

BASE_PATH = "base_path"

# The name of a folder's column, after `{` where a glob lists several folders.
_FOLDER = lazy_pattern(r"(?:^|(?<=/))\{?([^/={}*?\[\]]+)=")
_GLOB = lazy_pattern(r"[*?\[{]")
# The name of a file, at the end of a path.
_FILE = lazy_pattern(
    r"[*?\]][^/]*\.[A-Za-z0-9.]+\Z|\.(?:csv|tsv|txt|log|json|jsonl|ndjson|xml)(?:\.(?:gz|bz2|zst))?\Z"
)
# Parameters of a path are characters of this range, from the private ones, while it is looked at.
_FIRST_PARAMETER = 0xE000


class PartitionFolders(Struct, frozen=True):
    """What the paths of a source say of the columns of its schema.

    `columns` are those that folders of the paths hold, `undeclared` the columns that Spark would
    add besides. `split_at_folder` is the folder below which folders count; None where there is no
    such folder, and `problem` says why.
    """

    columns: tuple[str, ...]
    undeclared: tuple[str, ...] = ()
    base: str | Text | None = None
    problem: str = ""


class _Path(Struct, frozen=True):
    """A path, and its folders that hold a column: name in lower case, and where it begins."""

    text: str
    folders: tuple[tuple[str, int], ...]

    def split_at_folder(self, names: Iterable[str]) -> tuple[str, int] | None:
        """The path up to the first folder of one of the columns, and which of its folders that is.

        Where a glob stands before it, up to the first folder of any column; None if that is no
        help.
        """
        first_folder = next(index for index, (name, _) in enumerate(self.folders) if name in names)
        for index in (first_folder, 0):
            prefix = self.text[: self.folders[index][1]]
            if not _GLOB.search(prefix):
                stripped = prefix.rstrip("/")
                return (prefix if stripped.endswith(":") else stripped or prefix or "."), index
        return None


def find_partition_folders(
    settings: Settings, columns: Iterable[str], *, streaming: bool
) -> PartitionFolders | None:
    """What folders of the paths have to do with the columns of a schema; None where nothing.

    Where the source says `base_path` itself, that is what counts.
    """
    setting = settings.at(OptionPlacement.LOAD)
    if setting is None or settings.find(BASE_PATH) is not None:
        return None
    values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
    parameters: dict[str, ParamUse] = {}
    paths = [_parse_path(value, parameters) for value in values]
    folder_names = {name for path in paths for name, _ in path.folders}
    declared_columns = tuple(column for column in columns if column.casefold() in folder_names)
    if not declared_columns:
        return None
    if settings.is_true("recursive_file_lookup"):
        return PartitionFolders(
            declared_columns, problem="`recursive_file_lookup` makes no columns of folders"
        )
    if streaming and not any(_GLOB.search(path.text) for path in paths):
        problem = "in a stream only folders below the path are columns"
        return PartitionFolders(declared_columns, problem=problem)
    return _resolve_base(paths, declared_columns, parameters)


def are_files(settings: Settings) -> bool:
    """Whether all paths name files, so that there are no folders below them that hold columns.

    A name such as `*.parquet` does; of one without a glob only Spark itself makes folders, which
    it hardly does under the names of text files.
    """
    setting = settings.at(OptionPlacement.LOAD)
    if settings.is_true("recursive_file_lookup"):
        return True
    if setting is None or settings.find(BASE_PATH) is not None:
        return False
    values = setting.value if isinstance(setting.value, tuple) else (setting.value,)
    paths = [_parse_path(value, {}) for value in values]
    return all(_FILE.search(path.text) and not path.folders for path in paths)


def _resolve_base(
    paths: list[_Path], columns: tuple[str, ...], parameters: dict[str, ParamUse]
) -> PartitionFolders:
    names = {column.casefold() for column in columns}
    bases: dict[str, None] = {}
    undeclared: dict[str, None] = {}
    for path in paths:
        if not names <= {name for name, _ in path.folders}:
            return PartitionFolders(columns, problem="not all paths have such a folder")
        match = path.split_at_folder(names)
        if match is None:
            problem = "a glob stands before it, and may lead into several folders"
            return PartitionFolders(columns, problem=problem)
        base, first = match
        bases[base] = None
        undeclared |= {name: None for name, _ in path.folders[first:] if name not in names}
    if len(bases) > 1:
        return PartitionFolders(columns, problem="the paths lie in different folders")
    base = next(iter(bases))
    return PartitionFolders(columns, tuple(undeclared), _restore_parameters(base, parameters))


def _parse_path(value: object, parameters: dict[str, ParamUse]) -> _Path:
    """A path with a character for each of its parameters, which are remembered."""
    parts = value.parts if isinstance(value, Text) else (value,)
    text = ""
    for part in parts:
        if isinstance(part, ParamUse):
            signs = {use.name: sign for sign, use in parameters.items()}
            sign = signs.get(part.name) or chr(_FIRST_PARAMETER + len(parameters))
            parameters.setdefault(sign, part)
            text += sign
        elif isinstance(part, str):
            text += part
    folders = (
        (unquote(match[1]).casefold(), match.start())
        for match in _FOLDER.finditer(text)
        if not any(sign in match[1] for sign in parameters)
    )
    return _Path(text, tuple(folders))


def _restore_parameters(text: str, parameters: dict[str, ParamUse]) -> str | Text:
    """A path with its parameters again."""
    if not any(sign in parameters for sign in text):
        return text
    parts = (part for part in re.split(f"([{''.join(parameters)}])", text) if part)
    uses = tuple(parameters.get(part, part) for part in parts)
    return Text(uses, next(iter(parameters.values())).span)
