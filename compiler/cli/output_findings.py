"""What is to be said about outputs that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ssbt.compiler.cli.inputs import quote_path
from ssbt.compiler.cli.outputs import OutputState, PlannedOutput
from ssbt.compiler.diagnostics.codes import outputs as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.source import Span

if TYPE_CHECKING:
    from ssbt.compiler.cli.manifests import Manifest

_COMPILE = "run `ssbtc compile`"
_FORCE = "overwrite it with `ssbtc compile --force`; `--diff` shows what would be lost"


def check_outputs(planned: Iterable[PlannedOutput]) -> Iterator[Diagnostic]:
    """What is not as compiling would make it."""
    for each in planned:
        match each.state:
            case OutputState.MISSING:
                yield missing_output(each.path)
            case OutputState.STALE:
                yield stale_output(each.path, "compiling writes something else now")
            case OutputState.EDITED:
                yield edited_output(each.path)
            case OutputState.FOREIGN:
                yield foreign_file(each.path, "move it away", _FORCE)
            case OutputState.TAKEN | OutputState.CLASH:
                yield _shared_output(each)
            case OutputState.SAME:
                pass


def edited_output(path: str) -> Diagnostic:
    """An output was changed by hand."""
    message = f"{quote_path(path)} was edited by hand"
    return _output_finding(codes.EDITED, path, message, "move the change to the pipeline", _FORCE)


def missing_output(path: str, remedy: str = _COMPILE) -> Diagnostic:
    """An output does not exist."""
    return _output_finding(codes.MISSING, path, f"{quote_path(path)} is missing", remedy)


def stale_output(path: str, cause: str, remedy: str = _COMPILE) -> Diagnostic:
    """An output was written by us, from something else."""
    return _output_finding(codes.STALE, path, f"{quote_path(path)} is stale: {cause}", remedy)


def foreign_file(path: str, *remedies: str) -> Diagnostic:
    """A file of somebody else's is where an output belongs."""
    message = f"{quote_path(path)} is in the way: `ssbtc` did not write it"
    return _output_finding(codes.FOREIGN, path, message, *remedies)


def orphaned_manifest(path: str, manifest: Manifest, files: Iterable[str]) -> Diagnostic:
    """A manifest, at `path`, of a pipeline that is gone; `files` are its outputs."""
    message = f"{quote_path(path)} was compiled from the pipeline `{manifest.name}`, which is gone"
    listed = ", ".join(map(quote_path, files))
    return _output_finding(codes.ORPHANED, path, message, f"delete {listed}")


def _shared_output(planned: PlannedOutput) -> Diagnostic:
    path = quote_path(planned.path)
    message = f"{path} is an output of the pipeline `{planned.owner}` too, with other content"
    remedies = ["rename one of the modules", "compile into two folders with `--out`"]
    remedies += [_FORCE] if planned.state is OutputState.TAKEN else []
    return _output_finding(codes.SHARED_OUTPUT, planned.path, message, *remedies)


def _output_finding(code: Code, path: str, message: str, *remedies: str) -> Diagnostic:
    # The place is the file as a whole.
    return Diagnostic(code, message, Label(Span(path, 0, 0)), (), remedies)
