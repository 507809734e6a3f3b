"""Which files may hold a pipeline that reads or writes where others do, told without parsing.

The last folder of a path stands in the file, unless it is a parameter: most files of a project can
be passed over by their texts. The first ones may be a parameter's, whose value is elsewhere: in an
imported file or in a configuration.

Streams are followed from topic to topic: they may go round by pipelines that do not meet the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import re

from ssbt.compiler.contracts.circles import find_downstream_sinks
from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.ir.globs import is_glob
from ssbt.compiler.patterns import lazy_pattern

_TEXT = lazy_pattern(r"""(?P<quote>["'])((?:(?!(?P=quote))[^\\\r\n]|\\.)*)(?P=quote)""")
# An option without quotes: a parameter alone, or a list that has one.
_BARE_PARAMETER = lazy_pattern(r"(?:^|[{,])\s*\w+\s*=\s*(?:\[[^\]]*)?\$\{", re.MULTILINE)
_FOLDER = lazy_pattern(r"""[^\s/\\"'{}\[\],=:#()]+""")
# Letters that are written as numbers.
_ESCAPED = lazy_pattern(r"\\[uU0-7]")
# What a regular expression has, and the name of a topic has not.
_PATTERN = lazy_pattern(r"[*+?|\[({\\^$]")


class NeighbourSearch:
    """Finds the files in which there may be neighbours of some pipelines, round by round.

    `list_texts` gives the texts of the files by their names, and is asked once something is sought;
    `list_shared`, asked after it, those of files that pipelines take values of parameters from.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        list_texts: Callable[[], Iterable[tuple[str, str]]],
        list_shared: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._endpoints = [*endpoints]
        self._starts = [each for each in self._endpoints if each.is_topic and each.inputs]
        self._list_texts, self._list_shared = list_texts, list_shared
        self._shared_words: frozenset[str] = frozenset()
        self._texts: dict[str, str] | None = None
        self._sought: set[int] = set()

    def add(self, endpoints: Iterable[Endpoint]) -> None:
        """Take the ends of a pipeline in a file that was found."""
        self._endpoints += endpoints

    def find_more(self) -> list[str]:
        """Files that may meet what is known by now, none twice; nothing once all are found."""
        seeking: Iterable[Endpoint] = self._endpoints
        if self._texts is not None:
            downstream = (
                find_downstream_sinks(self._endpoints, self._starts) if self._starts else ()
            )
            seeking = [each for each in downstream if id(each) not in self._sought]
        neighbourhood = Neighbourhood()
        for each in seeking:
            self._sought.add(id(each))
            neighbourhood.add(each)
        if neighbourhood.is_empty:
            return []
        if self._texts is None:
            self._texts = dict(self._list_texts())
            self._shared_words = frozenset(
                word for text in self._list_shared() for word in _FOLDER.findall(text)
            )
        neighbourhood.find_hidden(self._shared_words)
        found_names = [name for name, text in self._texts.items() if neighbourhood.can_meet(text)]
        for name in found_names:
            del self._texts[name]
        return found_names


class Neighbourhood:
    """The folders that places of some ends lead through: all of them, and those at the end."""

    def __init__(self) -> None:
        self._last: set[str] = set()
        self._every: set[str] = set()
        self._is_anywhere = False
        self._has_topics = False
        self._is_hidden = False

    def add(self, endpoint: Endpoint) -> None:
        """Take the places of an end."""
        self._is_anywhere |= endpoint.is_pattern
        self._has_topics |= endpoint.is_topic
        for _, locations in endpoint.locations:
            for location in locations:
                folders = [each for each in location.split("/") if _is_literal(each)]
                self._is_anywhere |= not folders
                self._last.update(folders[-1:])
                self._every.update(folders)

    @property
    def is_empty(self) -> bool:
        """Whether no end has a place that could be met."""
        return not self._every and not self._is_anywhere

    def find_hidden(self, shared_words: frozenset[str]) -> None:
        """Note whether the value of a parameter may lead to one of the places, or into it."""
        self._is_hidden = not self._last.isdisjoint(shared_words)

    def can_meet(self, text: str) -> bool:
        """Whether a file of this text may lead to one of the places."""
        if self.is_empty:
            return False
        if self._is_hidden and "${" in text:
            return True
        return any(
            self._is_anywhere
            or not folders
            or folders[-1] in self._every
            or not self._last.isdisjoint(folders)
            for folders in _literal_paths(text, with_patterns=self._has_topics)
        )


def _literal_paths(text: str, *, with_patterns: bool) -> Iterator[list[str]]:
    """The folders of all texts of a file; none where a parameter stands at the end of one.

    None, too, for one that may be a pattern of topics, where these are asked for, and for options
    that are a parameter without quotes.
    """
    if _BARE_PARAMETER.search(text):
        yield []
    for match in _TEXT.finditer(text):
        folders = [each for each in re.split(r"[/,]", match[2]) if each]
        is_pattern = with_patterns and len(folders) == 1 and _PATTERN.search(folders[0])
        if folders and ("${" in folders[-1] or is_pattern or _ESCAPED.search(match[2])):
            yield []
        elif plain := [each for each in folders if _is_literal(each)]:
            yield plain


def _is_literal(folder: str) -> bool:
    return folder not in ("", ".") and "${" not in folder and not is_glob(folder)
