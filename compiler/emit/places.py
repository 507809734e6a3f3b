"""Places in the sources, as scripts and manifests name them."""

from __future__ import annotations

from collections.abc import Mapping
import posixpath

from ssbt.compiler.emit.literals import escape_invisible
from ssbt.compiler.source import Source, Span


class Places:
    """Files by their way from the folder of the main file: no output tells where it was made."""

    def __init__(self, main: str, sources: Mapping[str, Source]) -> None:
        self._folder = posixpath.dirname(main.replace("\\", "/"))
        self._sources = sources
        self._names: dict[str, str] = {}

    def file(self, path: str) -> str:
        """The name of a file, with `/` between its parts."""
        name = self._names.get(path)
        if name is None:
            name = self._names[path] = self._find_name(path)
        return name

    def _find_name(self, path: str) -> str:
        path = path.replace("\\", "/")
        if path == "-":
            return "standard input"
        if posixpath.isabs(path) != posixpath.isabs(self._folder):
            return posixpath.basename(path)
        return posixpath.relpath(path, self._folder or ".")

    def line(self, span: Span) -> str:
        """Such as `orders.ssbt:31`, on one line and without surprises for the eye."""
        return f"{escape_invisible(self.file(span.path))}:{self.line_number(span)}"

    def line_number(self, span: Span) -> int:
        """The line at which a span begins."""
        source = self._sources.get(span.path)
        return source.position(span.start)[0] if source else 1

    def text(self, span: Span, *, whole: bool = False) -> str:
        """The line at which a span begins, or the `whole` of its lines."""
        source = self._sources.get(span.path)
        if source is None:
            return ""
        first, last = (source.position(at)[0] for at in (span.start, max(span.start, span.end - 1)))
        return "\n".join(source.line(each) for each in range(first, (last if whole else first) + 1))
