"""Which folders of many are the same, around each other or in each other, without asking pairs."""

from __future__ import annotations

from collections import defaultdict

from ssbt.compiler.ir.globs import split_path
from ssbt.compiler.ir.locations import is_absolute, path_spellings

_Folders = tuple[str, ...]


class FolderIndex:
    """Numbered folders; `find` says which of them lie at, around or in a path.

    It agrees with `written_folders.contains`, asked of each of them.
    """

    def __init__(self) -> None:
        self._at: defaultdict[_Folders, list[int]] = defaultdict(list)
        self._below: defaultdict[_Folders, list[int]] = defaultdict(list)

    def add(self, number: int, path: str) -> None:
        """Takes a folder in, a path in its one spelling."""
        for folders in _spell(path):
            self._at[folders].append(number)
            for around in _surrounding(folders, path):
                self._below[around].append(number)

    def find(self, path: str) -> list[int]:
        """The numbers of the folders that meet the path, from the first that was added."""
        numbers: set[int] = set()
        for folders in _spell(path):
            numbers.update(self._at[folders], self._below[folders])
            for around in _surrounding(folders, path):
                numbers.update(self._at[around])
        return sorted(numbers)


def _spell(path: str) -> list[_Folders]:
    return [()] if path == "." else [split_path(each) for each in path_spellings(path)]


def _surrounding(folders: _Folders, path: str) -> list[_Folders]:
    """The folders around one; those of the job lie in `.`, which has no name."""
    shortest = 1 if is_absolute(path) else 0
    return [folders[:size] for size in range(shortest, len(folders))]
