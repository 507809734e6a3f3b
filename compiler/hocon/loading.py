"""Files of a configuration and what they include, none of it from outside of the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import posixpath
from typing import NamedTuple

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.hocon.nodes import Branch
from ssbt.compiler.hocon.problems import MistakeError, mistake
from ssbt.compiler.hocon.properties import properties_branch
from ssbt.compiler.hocon.reading import Parser
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.encoding import decoded, refusal

# What an include without an ending may mean, the weakest first.
_SUFFIXES = (".properties", ".json", ".conf")


class Files(NamedTuple):
    """How files are read, by paths as users write them, and where they really are.

    `read` gives the bytes or raises OSError; `real` is the path with all links followed.
    """

    read: Callable[[str], bytes]
    real: Callable[[str], str] = str


class Loader:
    """Reads the files below `root`, a path as `files` take it; `sources` are those read so far.

    `names` and `texts` are those of the parsers.
    """

    def __init__(self, root: str, files: Files) -> None:
        self._root = root
        self._files = files
        self._above: list[str] = []
        self.sources: dict[str, Source] = {}
        self.names: list[tuple[tuple[str, ...], Span]] = []
        self.texts: list[tuple[tuple[str, ...], str, Span]] = []

    def branch(self, path: str) -> Branch | None:
        """What the file at `path` says; None where there is none. Raises MistakeError."""
        return self._branch(path, None, ())

    def _branch(
        self, path: str, place: Span | None, prefix: tuple[str, ...], *, is_properties: bool = False
    ) -> Branch | None:
        if path in self._above:
            chain = " → ".join([*self._above[self._above.index(path) :], path])
            message = f"this include leads back here: {chain}"
            raise mistake(place or Span(path, 0, 0), message, codes.BAD_INCLUDE)
        source = self._source(path, place)
        if source is None:
            return None
        if is_properties:
            return properties_branch(source)

        def include(name: str, span: Span, required: bool, at: tuple[str, ...]) -> Branch | None:
            return self._included(path, name, span, required, at)

        self._above.append(path)
        parser = Parser(source, include, prefix)
        found = parser.root()
        self.names += parser.names
        self.texts += parser.texts
        self._above.pop()
        return found

    def _source(self, path: str, place: Span | None) -> Source | None:
        if self._is_outside(path):
            message = f"`{path}` is a link that leads out of the project"
            raise mistake(place or Span(path, 0, 0), message, codes.BAD_INCLUDE)
        try:
            data = self._files.read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            message = f"`{path}` cannot be read: {why}"
            raise mistake(place or Span(path, 0, 0), message, codes.BAD_INCLUDE) from None
        source = decoded(path, data)
        if isinstance(source, Diagnostic):
            self.sources[path] = Source(path, data.decode("utf-8", "surrogateescape"))
            raise MistakeError(source)
        self.sources[path] = source
        refused = refusal(source)
        if refused is not None:
            raise MistakeError(refused)
        return source

    def _is_outside(self, path: str) -> bool:
        return _leads_out(self._files.real(path), self._files.real(self._root or "."))

    def _included(
        self, path: str, name: str, span: Span, required: bool, at: tuple[str, ...]
    ) -> Branch | None:
        found = None
        for target in self._targets(path, name, span):
            # As Lightbend's library does: what an include names itself is read as HOCON.
            is_properties = target.endswith(".properties") and not name.endswith(".properties")
            branch = self._branch(target, span, at, is_properties=is_properties)
            if branch is not None and found is None:
                found = branch
            elif branch is not None and found is not None:
                found.merge(branch)
        if found is None and required:
            message = f"`{name}` is not there, and is required"
            raise mistake(span, message, codes.BAD_INCLUDE)
        return found

    def _targets(self, path: str, name: str, span: Span) -> Iterator[str]:
        """The files that an include may mean, the weakest first."""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        is_outside = name.startswith("/") or _leads_out(target, self._root or ".")
        if is_outside or "\\" in name or "\0" in name or ":" in name:
            help_ = ("a path is relative to the file that includes, and stays in the project",)
            message = f"`{name}` is no file of this project"
            raise MistakeError(Diagnostic(codes.BAD_INCLUDE, message, Label(span), (), help_))
        is_named = posixpath.splitext(target)[1] in _SUFFIXES
        yield from (target,) if is_named else (target + suffix for suffix in _SUFFIXES)


def _leads_out(path: str, root: str) -> bool:
    return posixpath.relpath(path, root).partition("/")[0] == ".."
