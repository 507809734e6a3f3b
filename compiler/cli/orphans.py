"""Outputs whose pipeline no longer exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
import os
from typing import TYPE_CHECKING

from ssbt.compiler.cli.inputs import contents, sources_below
from ssbt.compiler.cli.manifests import Records
from ssbt.compiler.cli.output_findings import orphaned
from ssbt.compiler.cli.units import declared_name

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic


def orphans(out: str, records: Records, names: Iterable[str]) -> Iterator[Diagnostic]:
    """The manifests whose pipeline is neither among `names` nor anywhere below this folder."""
    known = frozenset(name.casefold() for name in names)
    others = list(records.besides(known))
    if not others:
        return
    elsewhere = frozenset(_names_below("."))
    gone = [manifest for manifest in others if manifest.name.casefold() not in elsewhere]
    gone_files = {manifest.file for manifest in gone}
    kept = {
        path
        for manifest in records.all()
        if manifest.file not in gone_files
        for path in manifest.outputs
    }
    for manifest in gone:
        files = [path for path in (*manifest.outputs, manifest.file) if path not in kept]
        yield orphaned(os.path.join(out, manifest.file), manifest, _existing(out, files))


def _names_below(folder: str) -> Iterator[str]:
    for path in sources_below(folder):
        with suppress(OSError):
            if name := declared_name(contents(path)):
                yield name.casefold()


def _existing(out: str, files: Iterable[str]) -> list[str]:
    paths = (os.path.join(out, file) for file in files)
    return [path for path in paths if os.path.lexists(path)]
