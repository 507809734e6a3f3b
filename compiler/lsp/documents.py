"""The text of files as the editor has it, and where they are."""

from __future__ import annotations

from collections.abc import Iterable
import os
from urllib.parse import unquote, urlsplit
from urllib.request import pathname2url, url2pathname

from ssbt.compiler.disk import is_outside, project_root, read_project_file
from ssbt.compiler.lsp.positions import Units, offset
from ssbt.compiler.source import Source

# Start line and character, end line and character, and the new text; or the whole new text.
Change = tuple[tuple[int, int], tuple[int, int], str] | str


class Documents:
    """Open buffers by path; every other file is what the disk holds.

    The path of a buffer that is no file is its URI.
    """

    def __init__(self) -> None:
        self._open: dict[str, Source] = {}
        self._uris: dict[str, str] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all open buffers."""
        return tuple(self._open)

    def open(self, uri: str, text: str) -> str:
        """Note a buffer; the path that it is known by from then on."""
        path = path_of(uri)
        self._uris[path] = uri
        self._open[path] = Source(path, text)
        return path

    def change(self, uri: str, changes: Iterable[Change], units: Units) -> str:
        """Apply changes, one after the other, to an open buffer; its path."""
        path = path_of(uri)
        source = self._open.get(path, Source(path, ""))
        for change in changes:
            if isinstance(change, str):
                text = change
            else:
                start, end, new = change
                begin = offset(source, *start, units)
                stop = max(begin, offset(source, *end, units))
                text = source.text[:begin] + new + source.text[stop:]
            source = Source(path, text)
        self._open[path] = source
        return path

    def close(self, uri: str) -> str:
        """Forget a buffer; its path."""
        path = path_of(uri)
        self._open.pop(path, None)
        return path

    def source(self, path: str) -> Source | None:
        """The text of an open buffer."""
        return self._open.get(path)

    def read(self, path: str, pipeline: str) -> bytes:
        """The bytes of a file or buffer, as the driver asks for them; raises OSError.

        They are the files of the project of a `pipeline`, open or not.
        """
        source = self._open.get(path)
        root = project_root(pipeline)
        if source is not None and (path == pipeline or not is_outside(path, root)):
            return source.text.encode("utf-8", "surrogatepass")
        return read_project_file(path, root)

    def uri(self, path: str) -> str:
        """The URI of a path, spelt as the editor spelt it if it ever did."""
        known_uri = self._uris.get(path)
        return known_uri if known_uri is not None else uri_of(path)


def path_of(uri: str) -> str:
    """The path, with `/` between its parts, of a `file:` URI; any other URI is its own path."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = url2pathname(parts.path) if os.name == "nt" else unquote(parts.path)
    return path.replace(os.sep, "/")


def uri_of(path: str) -> str:
    """The URI of an absolute path."""
    if "://" in path or path.startswith("untitled:"):
        return path
    url_path = pathname2url(path)
    return f"file://{url_path}" if not url_path.startswith("///") else f"file:{url_path}"
