"""The manifests in an output folder: what `ssbtc` wrote there, and from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import json
import os
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.cli.inputs import read_contents

SUFFIX = ".json"


class Manifest(Struct, frozen=True):
    """What is on record of one compilation; hashes are SHA-256 in hexadecimal digits.

    `sources` are by their paths from the pipeline's folder, `outputs` by those from the output
    folder. `is_canonical` tells whether the file is laid out as the compiler does it.
    """

    file: str
    name: str
    compiler: str
    target: str
    sources: Mapping[str, str]
    outputs: Mapping[str, str]
    is_canonical: bool


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
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
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
        _parse_hashes(document["sources"]),
        _parse_hashes(document["outputs"]),
        canonical.encode() == content,
    )


def _parse_hashes(records: Any) -> dict[str, str]:
    return {str(path): str(digest) for path, digest in records.items()}
