"""Files of a configuration and what they include, none of it from outside the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import posixpath
from typing import NamedTuple

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.hocon.nodes import Branch
from ssbt.compiler.hocon.problems import ConfigurationError, configuration_error
from ssbt.compiler.hocon.properties import parse_properties
from ssbt.compiler.hocon.reading import Parser
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.encoding import check_readable, decode_source

# What an include without an ending may mean, the weakest first.
_SUFFIXES = (".properties", ".json", ".conf")


class Files(NamedTuple):
    """How files are read, by paths as users write them, and where they really are.

    `read` gives the bytes or raises OSError; `real_path` is the path with all links followed.
    """

    read: Callable[[str], bytes]
    real_path: Callable[[str], str] = str


class Loader:
    """Reads the files below `root`, a path as `files` take it; `sources` are those read so far.

    `names` and `texts` are those of the parsers.
    """

    def __init__(self, root: str, files: Files) -> None:
        self._root = root
        self._files = files
        self._include_stack: list[str] = []
        self.sources: dict[str, Source] = {}
        self.names: list[tuple[tuple[str, ...], Span]] = []
        self.texts: list[tuple[tuple[str, ...], str, Span]] = []

    def load_branch(self, path: str) -> Branch | None:
        """What the file at `path` says; None where there is none. Raises ConfigurationError."""
        return self._load_branch(path, None, ())

    def _load_branch(
        self, path: str, span: Span | None, prefix: tuple[str, ...], *, is_properties: bool = False
    ) -> Branch | None:
        if path in self._include_stack:
            chain = " → ".join([*self._include_stack[self._include_stack.index(path) :], path])
            message = f"this include leads back here: {chain}"
            raise configuration_error(span or Span(path, 0, 0), message, codes.BAD_INCLUDE)
        source = self._load_source(path, span)
        if source is None:
            return None
        if is_properties:
            return parse_properties(source)

        def include(
            name: str, span: Span, required: bool, path_prefix: tuple[str, ...]
        ) -> Branch | None:
            return self._load_included(path, name, span, required, path_prefix)

        self._include_stack.append(path)
        parser = Parser(source, include, prefix)
        root = parser.parse_root()
        self.names += parser.names
        self.texts += parser.texts
        self._include_stack.pop()
        return root

    def _load_source(self, path: str, span: Span | None) -> Source | None:
        if self._is_outside(path):
            message = f"`{path}` is a link that leads out of the project"
            raise configuration_error(span or Span(path, 0, 0), message, codes.BAD_INCLUDE)
        try:
            data = self._files.read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = f"`{path}` cannot be read: {reason}"
            raise configuration_error(
                span or Span(path, 0, 0), message, codes.BAD_INCLUDE
            ) from None
        source = decode_source(path, data)
        if isinstance(source, Diagnostic):
            self.sources[path] = Source(path, data.decode("utf-8", "surrogateescape"))
            raise ConfigurationError(source)
        self.sources[path] = source
        problem = check_readable(source)
        if problem is not None:
            raise ConfigurationError(problem)
        return source

    def _is_outside(self, path: str) -> bool:
        return _is_outside_root(
            self._files.real_path(path), self._files.real_path(self._root or ".")
        )

    def _load_included(
        self, path: str, name: str, span: Span, required: bool, prefix: tuple[str, ...]
    ) -> Branch | None:
        merged = None
        for target in self._targets(path, name, span):
            # As Lightbend's library does: what an include names itself is read as HOCON.
            is_properties = target.endswith(".properties") and not name.endswith(".properties")
            branch = self._load_branch(target, span, prefix, is_properties=is_properties)
            if branch is not None and merged is None:
                merged = branch
            elif branch is not None and merged is not None:
                merged.merge(branch)
        if merged is None and required:
            message = f"`{name}` is not there, and is required"
            raise configuration_error(span, message, codes.BAD_INCLUDE)
        return merged

    def _targets(self, path: str, name: str, span: Span) -> Iterator[str]:
        """The files that an include may mean, the weakest first."""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        is_outside = name.startswith("/") or _is_outside_root(target, self._root or ".")
        if is_outside or "\\" in name or "\0" in name or ":" in name:
            help_ = ("a path is relative to the file that includes, and stays in the project",)
            message = f"`{name}` is no file of this project"
            raise ConfigurationError(Diagnostic(codes.BAD_INCLUDE, message, Label(span), (), help_))
        is_named = posixpath.splitext(target)[1] in _SUFFIXES
        yield from (target,) if is_named else (target + suffix for suffix in _SUFFIXES)


def _is_outside_root(path: str, root: str) -> bool:
    return posixpath.relpath(path, root).partition("/")[0] == ".."
