"""The manifests in an output folder: what `ssbtc` wrote there, and from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import json
import os
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.cli.inputs import read_contents

SUFFIX = ".json"
MAP_SUFFIX = ".map.json"

_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class Manifest(Struct, frozen=True):
    """What is on record of one compilation; hashes are SHA-256 in hexadecimal digits.

    `outputs` are by their paths from the output folder, without the manifest and the source map.
    `is_canonical` tells whether the file is laid out as the compiler does it.
    """

    file: str
    name: str
    compiler: str
    target: str
    outputs: Mapping[str, str]
    is_canonical: bool

    @property
    def facts(self) -> tuple[object, ...]:
        """What explains that a file differs from one that is written now."""
        return self.compiler, self.target, self.outputs

    @property
    def source_map(self) -> str:
        """The path of the map that belongs to it."""
        return self.file.removesuffix(SUFFIX) + MAP_SUFFIX


class SourceMap(Struct, frozen=True):
    """What a source map says of the compilation that it comes from.

    `sources` are the hashes of what was compiled, by their paths from the pipeline's folder.
    """

    compiler: str
    script: str
    sources: Mapping[str, str]
    is_canonical: bool

    @property
    def facts(self) -> tuple[object, ...]:
        """What explains that a file differs from one that is written now."""
        return self.compiler, self.script, self.sources


class ManifestRecords(Struct):
    """All manifests of a folder, each read when it is first needed."""

    folder: str
    _manifests: dict[str, Manifest | None] = field(default_factory=dict)

    def find(self, name: str) -> Manifest | None:
        """The manifest of the pipeline called `name`; None if there is none that can be read."""
        file = f"{name}{SUFFIX}"
        if file not in self._manifests:
            self._manifests[file] = _read_manifest(self.folder, file)
        return self._manifests[file]

    def all(self) -> Iterator[Manifest]:
        """Every manifest, by file name."""
        yield from self.iterate_others(frozenset())

    def iterate_others(self, names: frozenset[str]) -> Iterator[Manifest]:
        """The manifests of pipelines that are called otherwise (`names` are case-folded)."""
        try:
            files = sorted(os.listdir(self.folder))
        except OSError:
            return
        for file in files:
            name = file.removesuffix(SUFFIX)
            if file.endswith(SUFFIX) and name.casefold() not in names:
                manifest = self.find(name)
                if manifest is not None:
                    yield manifest


def _read_manifest(folder: str, file: str) -> Manifest | None:
    try:
        return parse_manifest(file, read_contents(os.path.join(folder, file)))
    except _UNREADABLE:
        return None


def parse_manifest(file: str, content: bytes) -> Manifest:
    """The manifest in these bytes; raises all sorts of errors if it is none."""
    document = json.loads(content)
    canonical = json.dumps(document, indent=2, sort_keys=True) + "\n"
    return Manifest(
        file,
        str(document["pipeline"]["name"]),
        str(document["compiler"]),
        str(document["spark"]["target"]),
        _parse_hashes(document["outputs"]),
        canonical.encode() == content,
    )


def parse_record(file: str, content: bytes) -> Manifest | SourceMap | None:
    """The source map or manifest, as the name of the file says; None if it is neither."""
    try:
        if file.endswith(MAP_SUFFIX):
            return parse_source_map(content)
        return parse_manifest(file, content)
    except _UNREADABLE:
        return None


def parse_source_map(content: bytes) -> SourceMap:
    """The source map in these bytes; raises all sorts of errors if it is none."""
    document = json.loads(content)
    canonical = json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n"
    return SourceMap(
        str(document["compiler"]),
        str(document["script"]),
        _parse_hashes(document["sources"]),
        canonical.encode() == content,
    )


def _parse_hashes(records: Any) -> dict[str, str]:
    return {str(path): str(digest) for path, digest in records.items()}
