"""What in the output folder does not belong to a pipeline's sources, or was edited."""

from __future__ import annotations

from collections.abc import Iterator
import os

from ssbt.compiler.cli.cache import hash_of
from ssbt.compiler.cli.inputs import contents, quoted
from ssbt.compiler.cli.manifests import SUFFIX, Manifest, Records
from ssbt.compiler.cli.output_findings import edited, missing, stale
from ssbt.compiler.cli.units import Unit
from ssbt.compiler.diagnostics.model import Diagnostic


def verified(unit: Unit, out: str, records: Records) -> Iterator[Diagnostic]:
    """The findings about the outputs of one pipeline."""
    path = os.path.join(out, f"{unit.name}{SUFFIX}")
    manifest = records.of(unit.name)
    if manifest is None:
        yield edited(path) if os.path.lexists(path) else missing(path)
        return
    findings = [*_output_findings(manifest, out, records), *_source_findings(unit, out, manifest)]
    yield from findings
    if not manifest.is_canonical or (not findings and _is_edited(unit, path, manifest)):
        yield edited(path)


def _output_findings(manifest: Manifest, out: str, records: Records) -> Iterator[Diagnostic]:
    for file, digest in manifest.outputs.items():
        path = os.path.join(out, file)
        found = _hash(path)
        if found is None:
            yield missing(path)
        elif found != digest:
            writer = _writer(file, found, manifest, records)
            yield stale(path, f"`{writer}` was compiled later") if writer else edited(path)


def _writer(file: str, digest: str, manifest: Manifest, records: Records) -> str | None:
    """The other pipeline that wrote a file they share."""
    for other in records.all():
        if other.name != manifest.name and other.outputs.get(file) == digest:
            return other.name
    return None


def _source_findings(unit: Unit, out: str, manifest: Manifest) -> Iterator[Diagnostic]:
    path = os.path.join(out, f"{manifest.name}.py")
    for source, digest in manifest.sources.items():
        try:
            found = hash_of(unit.read(source))
        except OSError:
            found = None
        shown = quoted(unit.shown(source))
        if found is None:
            yield stale(path, f"{shown} is gone")
        elif found != digest:
            yield stale(path, f"{shown} has changed")


def _hash(path: str) -> str | None:
    try:
        return hash_of(contents(path))
    except OSError:
        return None


def _is_edited(unit: Unit, path: str, manifest: Manifest) -> bool:
    """Whether the manifest is not what this compiler writes while all that it names is.

    It records no hash of itself, and of another compiler it cannot be told.
    """
    from ssbt.compiler.cli.compilation import Compiler
    from ssbt.compiler.emit.version import VERSION

    if manifest.compiler != VERSION:
        return False
    (result,) = Compiler(None).compiled([unit])
    if result.target != manifest.target:
        (result,) = Compiler(manifest.target).compiled([unit])
    expected = {file.path: hash_of(file.content) for file in result.outputs or ()}
    own = expected.pop(manifest.file, None)
    return own not in (None, _hash(path)) and expected == manifest.outputs
