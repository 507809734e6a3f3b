"""Outputs whose pipeline no longer exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
import os
from typing import TYPE_CHECKING

from ssbt.compiler.cli.inputs import find_sources, read_contents
from ssbt.compiler.cli.manifests import ManifestRecords
from ssbt.compiler.cli.output_findings import orphaned_manifest
from ssbt.compiler.cli.units import find_declared_name

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic


def find_orphans(out: str, records: ManifestRecords, names: Iterable[str]) -> Iterator[Diagnostic]:
    """The manifests whose pipeline is neither among `names` nor anywhere below this folder."""
    run_names = frozenset(name.casefold() for name in names)
    other_manifests = list(records.iterate_others(run_names))
    if not other_manifests:
        return
    names_elsewhere = frozenset(_find_names("."))
    orphan_manifests = [
        manifest for manifest in other_manifests if manifest.name.casefold() not in names_elsewhere
    ]
    orphan_files = {manifest.file for manifest in orphan_manifests}
    needed_paths = {
        path
        for manifest in records.all()
        if manifest.file not in orphan_files
        for path in manifest.outputs
    }
    for manifest in orphan_manifests:
        files = [path for path in (*manifest.outputs, manifest.file) if path not in needed_paths]
        yield orphaned_manifest(
            os.path.join(out, manifest.file), manifest, _existing_paths(out, files)
        )


def _find_names(folder: str) -> Iterator[str]:
    for path in find_sources(folder):
        with suppress(OSError):
            if name := find_declared_name(read_contents(path)):
                yield name.casefold()


def _existing_paths(out: str, files: Iterable[str]) -> list[str]:
    paths = (os.path.join(out, file) for file in files)
    return [path for path in paths if os.path.lexists(path)]
