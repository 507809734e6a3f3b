"""What is to be said about outputs that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ssbt.compiler.cli.inputs import quoted
from ssbt.compiler.cli.outputs import Planned, State
from ssbt.compiler.diagnostics.codes import outputs as codes
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.source import Span

if TYPE_CHECKING:
    from ssbt.compiler.cli.manifests import Manifest

_COMPILE = "run `ssbtc compile`"
_FORCE = "overwrite it with `ssbtc compile --force`; `--diff` shows what would be lost"


def differences(planned: Iterable[Planned]) -> Iterator[Diagnostic]:
    """What is not as compiling would make it."""
    for each in planned:
        match each.state:
            case State.MISSING:
                yield missing(each.path)
            case State.STALE:
                yield stale(each.path, "compiling writes something else now")
            case State.EDITED:
                yield edited(each.path)
            case State.FOREIGN:
                yield foreign(each.path, "move it away", _FORCE)
            case State.TAKEN | State.CLASH:
                yield _shared(each)


def edited(path: str) -> Diagnostic:
    """An output was changed by hand."""
    message = f"{quoted(path)} was edited by hand"
    return _finding(codes.EDITED, path, message, "move the change to the pipeline", _FORCE)


def missing(path: str, way: str = _COMPILE) -> Diagnostic:
    """An output does not exist."""
    return _finding(codes.MISSING, path, f"{quoted(path)} is missing", way)


def stale(path: str, why: str, way: str = _COMPILE) -> Diagnostic:
    """An output was written by us, from something else."""
    return _finding(codes.STALE, path, f"{quoted(path)} is stale: {why}", way)


def foreign(path: str, *ways_out: str) -> Diagnostic:
    """A file of somebody else's is where an output belongs."""
    message = f"{quoted(path)} is in the way: `ssbtc` did not write it"
    return _finding(codes.FOREIGN, path, message, *ways_out)


def orphaned(path: str, manifest: Manifest, files: Iterable[str]) -> Diagnostic:
    """A manifest, at `path`, of a pipeline that is gone; `files` are its outputs."""
    message = f"{quoted(path)} was compiled from the pipeline `{manifest.name}`, which is gone"
    listed = ", ".join(map(quoted, files))
    return _finding(codes.ORPHANED, path, message, f"delete {listed}")


def _shared(planned: Planned) -> Diagnostic:
    path = quoted(planned.path)
    message = f"{path} is an output of the pipeline `{planned.owner}` too, with other content"
    ways = ["rename one of the modules", "compile into two folders with `--out`"]
    ways += [_FORCE] if planned.state is State.TAKEN else []
    return _finding(codes.SHARED_OUTPUT, planned.path, message, *ways)


def _finding(code: Code, path: str, message: str, *ways_out: str) -> Diagnostic:
    # The place is the file as a whole.
    return Diagnostic(code, message, Label(Span(path, 0, 0)), (), ways_out)
