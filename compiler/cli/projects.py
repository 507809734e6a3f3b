"""What pipelines of a project do to each other: their results put side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
import os
from typing import TYPE_CHECKING, NamedTuple

from ssbt.compiler.cli.compilation import Compiler, Result
from ssbt.compiler.cli.inputs import sources_below
from ssbt.compiler.cli.units import Unit, unit_of
from ssbt.compiler.disk import job_folder, project_file

if TYPE_CHECKING:
    from ssbt.compiler.contracts.ends import End
    from ssbt.compiler.contracts.wording import Finding
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source


class _Shared(NamedTuple):
    """A finding and the pipelines that it is about."""

    diagnostic: Diagnostic
    reader: Result
    writer: Result


def with_findings_of_projects(results: Sequence[Result], compiler: Compiler) -> list[Result]:
    """The results with what does not fit between them and others of their projects.

    A finding is told with the pipeline that reads, or with the one that writes where the reader
    was not asked for.
    """
    from ssbt.compiler.contracts.findings import is_of_contracts

    every = [*results, *_neighbours(results, compiler)]
    found: dict[str, list[_Shared]] = {}
    asked = {result.unit.input.path for result in results}
    for each in _findings(every):
        for owner in (each.reader, each.writer):
            if owner.unit.input.path in asked:
                found.setdefault(owner.unit.input.path, []).append(each)
                break
    return [
        result._replace(
            # Those that the pipeline alone has, seen without the others, are among them.
            findings=tuple(each for each in result.findings if not is_of_contracts(each)),
            shared=tuple(each.diagnostic for each in found.get(result.unit.input.path, ())),
            shared_sources=_sources(found.get(result.unit.input.path, ())),
        )
        for result in results
    ]


def _findings(results: Iterable[Result]) -> Iterator[_Shared]:
    from ssbt.compiler.contracts.findings import findings

    owners: dict[int, Result] = {}
    ends: list[End] = []
    for result in results:
        for end in _located(result):
            owners[id(end)] = result
            ends.append(end)
    for each in findings(ends):
        reader, writer = owners[id(each.reader)], owners[id(each.writer)]
        if not _is_allowed(each, reader):
            yield _Shared(each.diagnostic, reader, writer)


def _located(result: Result) -> Iterator[End]:
    """The ends of a pipeline, with paths as the user would write them."""
    if not result.ends:
        return
    from ssbt.compiler.contracts.ends import at_home, relocated

    home = job_folder(result.unit.input.path)
    for end in result.ends:
        yield at_home(relocated(end, result.unit.shown), home)


def _is_allowed(finding: Finding, reader: Result) -> bool:
    from ssbt.compiler.cli.units import relocated_allowance

    return any(
        relocated_allowance(each, reader.unit).covers(finding.diagnostic) for each in reader.allowed
    )


def _neighbours(results: Sequence[Result], compiler: Compiler) -> Iterator[Result]:
    """The other pipelines of the projects that may read or write where these do."""
    from ssbt.compiler.contracts.neighbours import Neighbourhood

    known = {os.path.realpath(result.unit.input.path) for result in results}
    projects: dict[str, Neighbourhood] = {}
    for result in results:
        if result.ends and not result.unit.input.is_standard_input:
            around = projects.setdefault(result.unit.input.project, Neighbourhood())
            for end in result.ends:
                around.add(end)
    units: list[Unit] = []
    for root, around in projects.items():
        for path in sources_below(_shown_root(root)):
            unit = unit_of(path) if os.path.realpath(path) not in known else None
            if unit is not None and around.may_meet(_text(unit)):
                units.append(unit)
    yield from compiler.checked(units)


def _shown_root(root: str) -> str:
    relative = os.path.relpath(root)
    return root if relative.startswith("..") else relative


def _text(unit: Unit) -> str:
    try:
        return unit.input.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _sources(found: Iterable[_Shared]) -> dict[str, Source]:
    """The files that findings speak of, as they are now."""
    from ssbt.compiler.source import Source

    sources: dict[str, Source] = {}
    for each in found:
        for label in (each.diagnostic.primary, *each.diagnostic.secondary):
            path = label.span.path
            if path not in sources:
                data = _data(path, (each.reader.unit, each.writer.unit))
                sources[path] = Source(path, data.decode("utf-8", "surrogateescape"))
    return sources


def _data(path: str, units: Iterable[Unit]) -> bytes:
    """The bytes of a file of one of the pipelines."""
    for unit in units:
        if path == unit.input.path:
            return unit.input.read()
        with suppress(OSError):
            return project_file(path, unit.input.project)
    return b""
