"""The manifests in an output folder: what `ssbtc` wrote there, and from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import json
import os
from typing import Any

from msgspec import Struct, field

from ssbt.compiler.cli.inputs import contents

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


class Records(Struct):
    """All manifests of a folder, each read when it is first needed."""

    folder: str
    _known: dict[str, Manifest | None] = field(default_factory=dict)

    def of(self, name: str) -> Manifest | None:
        """The manifest of the pipeline called `name`; None if there is none that can be read."""
        file = f"{name}{SUFFIX}"
        if file not in self._known:
            self._known[file] = _read(self.folder, file)
        return self._known[file]

    def all(self) -> Iterator[Manifest]:
        """Every manifest, by file name."""
        yield from self.besides(frozenset())

    def besides(self, names: frozenset[str]) -> Iterator[Manifest]:
        """The manifests of pipelines that are called otherwise (`names` are case-folded)."""
        try:
            files = sorted(os.listdir(self.folder))
        except OSError:
            return
        for file in files:
            name = file.removesuffix(SUFFIX)
            if file.endswith(SUFFIX) and name.casefold() not in names:
                found = self.of(name)
                if found is not None:
                    yield found


def _read(folder: str, file: str) -> Manifest | None:
    try:
        return parsed(file, contents(os.path.join(folder, file)))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def parsed(file: str, content: bytes) -> Manifest:
    """The manifest in these bytes; raises all sorts of errors if it is none."""
    document = json.loads(content)
    canonical = json.dumps(document, indent=2, sort_keys=True) + "\n"
    return Manifest(
        file,
        str(document["pipeline"]["name"]),
        str(document["compiler"]),
        str(document["spark"]["target"]),
        _hashes(document["sources"]),
        _hashes(document["outputs"]),
        canonical.encode() == content,
    )


def _hashes(found: Any) -> dict[str, str]:
    return {str(path): str(digest) for path, digest in found.items()}
