"""What in the output folder does not belong to a pipeline's sources, or was edited."""

from __future__ import annotations

from collections.abc import Iterator
import os

from ssbt.compiler.cli.cache import content_hash
from ssbt.compiler.cli.inputs import quote_path, read_contents
from ssbt.compiler.cli.manifests import SUFFIX, Manifest, ManifestRecords
from ssbt.compiler.cli.output_findings import edited_output, missing_output, stale_output
from ssbt.compiler.cli.units import Unit
from ssbt.compiler.diagnostics.model import Diagnostic


def verify_outputs(unit: Unit, out: str, records: ManifestRecords) -> Iterator[Diagnostic]:
    """The findings about the outputs of one pipeline."""
    path = os.path.join(out, f"{unit.name}{SUFFIX}")
    manifest = records.find(unit.name)
    if manifest is None:
        yield edited_output(path) if os.path.lexists(path) else missing_output(path)
        return
    findings = [*_check_outputs(manifest, out, records), *_check_sources(unit, out, manifest)]
    yield from findings
    if not manifest.is_canonical or (not findings and _is_edited(unit, path, manifest)):
        yield edited_output(path)


def _check_outputs(manifest: Manifest, out: str, records: ManifestRecords) -> Iterator[Diagnostic]:
    for file, digest in manifest.outputs.items():
        path = os.path.join(out, file)
        actual = _hash_file(path)
        if actual is None:
            yield missing_output(path)
        elif actual != digest:
            writer = _find_writer(file, actual, manifest, records)
            yield (
                stale_output(path, f"`{writer}` was compiled later")
                if writer
                else edited_output(path)
            )


def _find_writer(
    file: str, digest: str, manifest: Manifest, records: ManifestRecords
) -> str | None:
    """The other pipeline that wrote a file they share."""
    for other_manifest in records.all():
        if other_manifest.name != manifest.name and other_manifest.outputs.get(file) == digest:
            return other_manifest.name
    return None


def _check_sources(unit: Unit, out: str, manifest: Manifest) -> Iterator[Diagnostic]:
    path = os.path.join(out, f"{manifest.name}.py")
    for source, digest in manifest.sources.items():
        try:
            actual = content_hash(unit.read(source))
        except OSError:
            actual = None
        source_name = quote_path(unit.display_path(source))
        if actual is None:
            yield stale_output(path, f"{source_name} is gone")
        elif actual != digest:
            yield stale_output(path, f"{source_name} has changed")


def _hash_file(path: str) -> str | None:
    try:
        return content_hash(read_contents(path))
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
    (result,) = Compiler(None).compile_units([unit])
    if result.target != manifest.target:
        (result,) = Compiler(manifest.target).compile_units([unit])
    expected = {file.path: content_hash(file.content) for file in result.outputs or ()}
    manifest_digest = expected.pop(manifest.file, None)
    return manifest_digest not in (None, _hash_file(path)) and expected == manifest.outputs
