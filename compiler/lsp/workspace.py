"""The files of a workspace: what was made of them, and which pipelines reach which file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import hashlib
import os
import posixpath
import re

from ssbt.compiler.driver import Reader
from ssbt.compiler.lsp.analysis import Analysis, analyze
from ssbt.compiler.lsp.checking import CheckedFile, IncrementalChecker
from ssbt.compiler.lsp.documents import Documents
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.files import pipeline_path_of, tests_path_of
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.encoding import decode_source
from ssbt.compiler.syntax.incremental import DeclarationCache
from ssbt.compiler.syntax.parsing import parse_file

_IMPORT = lazy_pattern(r'^\s*import\s*"([^"$\r\n]+\.ssbt)"', re.IGNORECASE | re.MULTILINE)
_SKIPPED_FOLDERS = ("build", "node_modules")
# A folder such as a home directory must not be searched to its end.
_MAX_FOLDERS = 5_000


Reads = dict[str, bytes | None]


@dataclass(slots=True)
class _CachedAnalysis:
    """An analysis and the hashes of what it read, None for what could not be read."""

    analysis: Analysis
    reads: Reads


@dataclass(slots=True)
class _CheckedRoot:
    """The checker of a file, what it said last, and the hashes of what that was said of."""

    checker: IncrementalChecker = field(default_factory=IncrementalChecker)
    checked: CheckedFile | None = None
    reads: Reads = field(default_factory=dict)


@dataclass
class Workspace:
    """The open buffers, and the folders that they belong to."""

    documents: Documents = field(default_factory=Documents)
    folders: list[str] = field(default_factory=list)
    _analyses: dict[str, _CachedAnalysis] = field(default_factory=dict, repr=False)
    _checked: dict[str, _CheckedRoot] = field(default_factory=dict, repr=False)
    _syntax: DeclarationCache = field(default_factory=DeclarationCache, repr=False)
    _declarations: dict[str, tuple[bytes, tuple[d.Declaration, ...]]] = field(
        default_factory=dict, repr=False
    )

    def analyze(self, path: str) -> Analysis:
        """The file as it is now; it is looked at again only where something it read changed."""
        path = self._root_of(path)
        cached = self._analyses.get(path)
        if cached is not None and self._are_unchanged(cached.reads, path):
            return cached.analysis
        reads: Reads = {}
        analysis = analyze(path, self._reader(path, reads), self._syntax.parse)
        self._analyses[path] = _CachedAnalysis(analysis, reads)
        return analysis

    def check(self, path: str) -> CheckedFile:
        """What is wrong with the file as it is now; sooner there than an analysis."""
        path = self._root_of(path)
        root = self._checked.setdefault(path, _CheckedRoot())
        if root.checked is None or not self._are_unchanged(root.reads, path):
            root.reads = {}
            root.checked = root.checker.check(path, self._reader(path, root.reads))
        return root.checked

    def _reader(self, root: str, reads: Reads) -> Reader:
        """Reads files for a pipeline, and notes the hashes of what it reads."""

        def read(name: str) -> bytes:
            reads[name] = None
            content = self.documents.read(name, root)
            reads[name] = _digest(content)
            return content

        return read

    def _are_unchanged(self, reads: Reads, root: str) -> bool:
        return all(self._content_hash(name, root) == digest for name, digest in reads.items())

    def text(self, path: str) -> str:
        """The text of a file, without analysing it; empty where it cannot be read."""
        try:
            return self.documents.read(path, path).decode("utf-8", "replace")
        except OSError:
            return ""

    def declarations(self, path: str) -> tuple[d.Declaration, ...]:
        """What a file declares, parsed again only where its text changed."""
        try:
            content = self.documents.read(path, path)
        except OSError:
            return ()
        digest = _digest(content)
        cached = self._declarations.get(path)
        if cached is None or cached[0] != digest:
            source = decode_source(path, content)
            nodes = parse_file(source).file.declarations if isinstance(source, Source) else ()
            cached = self._declarations[path] = digest, tuple(nodes)
        return cached[1]

    def saved_text(self, path: str) -> str:
        """The text that the disk has of a file; empty where there is none."""
        try:
            with open(path, "rb") as file:
                return file.read().decode("utf-8", "surrogatepass")
        except (OSError, ValueError):
            return ""

    def analyze_changed(self, path: str, contents: Mapping[str, str]) -> Analysis:
        """The file as it would be with other contents, by path; nothing is remembered."""

        root = self._root_of(path)

        def read(name: str) -> bytes:
            text = contents.get(name)
            if text is None:
                return self.documents.read(name, root)
            return text.encode("utf-8", "surrogatepass")

        return analyze(root, read)

    def _root_of(self, path: str) -> str:
        """The pipeline that a file of tests belongs to, or else the file itself."""
        pipeline = pipeline_path_of(path)
        return path if pipeline is None or self._content_hash(pipeline, path) is None else pipeline

    def forget(self, path: str) -> None:
        """Keep nothing of a file that was closed."""
        self._analyses.pop(path, None)
        self._checked.pop(path, None)
        self._syntax.forget(path)

    def best_analysis(self, path: str) -> Analysis:
        """The analysis that says most of a file: of an importing pipeline for a library."""
        own_analysis = self.analyze(path)
        if not own_analysis.is_library:
            return own_analysis
        for root in self.documents.paths:
            if root != path and path in self._reachable_files(root):
                return self.analyze(root)
        return own_analysis

    def open_roots(self, path: str) -> tuple[str, ...]:
        """The open files whose findings depend on `path`; itself, unless it is but imported."""
        roots = [r for r in self.documents.paths if r != path and path in self._reachable_files(r)]
        if path in self.documents.paths and not (roots and self.check(path).is_library):
            roots.append(path)
        return tuple(roots)

    def roots(self, path: str) -> tuple[str, ...]:
        """All files of the workspace that reach `path`, itself included, open or not."""
        reaching = [each for each in self.files() if path in self._reachable_files(each)]
        return tuple(dict.fromkeys((path, *reaching)))

    def files(self) -> Iterator[str]:
        """The `.ssbt` files of the workspace, open or not."""
        # A file of configuration may be open, too.
        yield from (each for each in self.documents.paths if not each.endswith(".conf"))
        searched = 0
        for top in self.folders:
            for folder, subfolders, files in os.walk(top):
                subfolders[:] = [
                    b for b in sorted(subfolders) if b[0] != "." and b not in _SKIPPED_FOLDERS
                ]
                searched += 1
                if searched > _MAX_FOLDERS:
                    return
                for name in sorted(files):
                    if name.endswith(".ssbt"):
                        yield posixpath.join(folder.replace(os.sep, "/"), name)

    def _reachable_files(self, root: str) -> set[str]:
        """The file and everything that it imports, found without parsing."""
        visited: set[str] = set()
        pending = [root]
        while pending:
            path = pending.pop()
            if path in visited:
                continue
            visited.add(path)
            test_path = tests_path_of(path) if path == root else None
            visited |= {test_path} if test_path is not None else set()
            try:
                text = self.documents.read(path, root).decode("utf-8", "replace")
            except OSError:
                continue
            for name in _IMPORT.findall(text):
                pending.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
        return visited

    def _content_hash(self, path: str, pipeline: str) -> bytes | None:
        try:
            return _digest(self.documents.read(path, pipeline))
        except OSError:
            return None


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
