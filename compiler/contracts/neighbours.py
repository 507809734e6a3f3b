"""Which files may hold a pipeline that reads or writes where others do, told without parsing.

The last folder of a path stands in the file, unless it is a parameter: most files of a project can
be passed over by their texts.
"""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.pairs import is_glob
from ssbt.compiler.patterns import lazy_pattern

_TEXT = lazy_pattern(r'"((?:[^"\\\r\n]|\\.)*)"')


class Neighbourhood:
    """The folders that places of some ends lead through: all of them, and those at the end."""

    def __init__(self) -> None:
        self._last: set[str] = set()
        self._every: set[str] = set()
        self._is_anywhere = False

    def add(self, endpoint: Endpoint) -> None:
        """Take the places of an end."""
        for _, locations in endpoint.locations:
            for location in locations:
                folders = [each for each in location.split("/") if _is_literal(each)]
                self._is_anywhere |= not folders
                self._last.update(folders[-1:])
                self._every.update(folders)

    def can_meet(self, text: str) -> bool:
        """Whether a file of this text may lead to one of the places."""
        return bool(self._every or self._is_anywhere) and any(
            self._is_anywhere
            or not folders
            or folders[-1] in self._every
            or not self._last.isdisjoint(folders)
            for folders in _literal_paths(text)
        )


def _literal_paths(text: str) -> Iterator[list[str]]:
    """The folders of all texts of a file; none where a parameter stands at the end of one."""
    for match in _TEXT.finditer(text):
        folders = [each for each in re.split(r"[/,]", match[1]) if each]
        if folders and "${" in folders[-1]:
            yield []
        elif plain := [each for each in folders if _is_literal(each)]:
            yield plain


def _is_literal(folder: str) -> bool:
    return folder not in ("", ".") and "${" not in folder and not is_glob(folder)
