"""What pipelines of a project do to each other: their results put side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    from ssbt.compiler.lineage.neighbours import Neighbours
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
    every = [*results, *_neighbours(results, compiler)]
    found: dict[str, list[_Shared]] = {}
    asked = {result.unit.input.path for result in results}
    for each in _findings(every):
        for owner in (each.reader, each.writer):
            if owner.unit.input.path in asked:
                found.setdefault(owner.unit.input.path, []).append(each)
                break
    return [
        without_contracts(result)._replace(
            shared=tuple(each.diagnostic for each in found.get(result.unit.input.path, ())),
            shared_sources=_sources(found.get(result.unit.input.path, ())),
        )
        for result in results
    ]


def without_contracts(result: Result) -> Result:
    """The result without what a pipeline by itself, seen without the others, has of these."""
    from ssbt.compiler.contracts.findings import is_of_contracts

    own = tuple(each for each in result.findings if not is_of_contracts(each))
    return result._replace(findings=own)


class FixedTogether(NamedTuple):
    """New contents of files after fixes of what pipelines do to each other, and what is left."""

    contents: Mapping[str, bytes]
    fixed: int
    left: tuple[list[Diagnostic], dict[str, Source]]


def fixed_together(units: Sequence[Unit], target: str | None) -> FixedTogether:
    """Columns of schemas get the names that other pipelines write; nothing is written to disk."""
    from ssbt.compiler.diagnostics.fixes import accepted, accepted_edits, edited

    compiler = Compiler(target)
    results = with_findings_of_projects([*compiler.checked(units)], compiler)
    every = [each for result in results for each in result.shared]
    sources = {path: s for result in results for path, s in result.shared_sources.items()}
    fixes = accepted(each for each in every if each.fix)
    edits = accepted_edits(fixes)
    contents = {
        os.path.normpath(path): edited(
            sources[path].text, [edit for edit in edits if edit.span.path == path]
        ).encode()
        for path in sorted({edit.span.path for edit in edits})
    }
    left = [each for each in every if each not in fixes]
    return FixedTogether(contents, len(fixes), (left, sources if left else {}))


def neighbours_in_projects(units: Sequence[Unit], target: str | None) -> dict[str, Neighbours]:
    """For each pipeline's file, what other pipelines write that it reads, and the other way."""
    from ssbt.compiler.contracts.meetings import meetings
    from ssbt.compiler.lineage.neighbours import Neighbours, OtherEnd

    compiler = Compiler(target)
    results = [*compiler.checked(units)]
    owners: dict[int, str] = {}
    ends: list[End] = []
    for result in (*results, *_neighbours(results, compiler)):
        for end in _located(result):
            owners[id(end)] = result.unit.input.path
            ends.append(end)
    writers: dict[str, dict[tuple[str, str], list[OtherEnd]]] = {}
    readers: dict[str, dict[str, list[OtherEnd]]] = {}
    for each in meetings(ends):
        reader, writer = each.reader, each.writer
        if owners[id(reader)] == owners[id(writer)]:
            continue
        of_writer = readers.setdefault(owners[id(writer)], {})
        of_writer.setdefault(writer.name, []).append(OtherEnd(reader.pipeline, reader.name))
        of_reader = writers.setdefault(owners[id(reader)], {})
        for column in writer.value.columns or ():
            other = OtherEnd(writer.pipeline, writer.name, column.name)
            of_reader.setdefault((reader.name, column.name.casefold()), []).append(other)
    return {
        path: Neighbours(
            {key: tuple(sorted(found)) for key, found in writers.get(path, {}).items()},
            {key: tuple(sorted(found)) for key, found in readers.get(path, {}).items()},
        )
        for path in {*writers, *readers}
    }


def _findings(results: Iterable[Result]) -> Iterator[_Shared]:
    from ssbt.compiler.contracts.findings import findings

    owners: dict[int, Result] = {}
    ends: list[End] = []
    for result in results:
        for end in _located(result):
            owners[id(end)] = result
            ends.append(end)
    found = [*findings(ends)]
    for each, diagnostic in zip(found, _with_fixes(found, ends), strict=True):
        reader, writer = owners[id(each.reader)], owners[id(each.writer)]
        if not _is_allowed(each, reader):
            yield _Shared(diagnostic, reader, writer)


def _with_fixes(found: Sequence[Finding], ends: Sequence[End]) -> Iterator[Diagnostic]:
    if not any(each.renaming for each in found):
        yield from (each.diagnostic for each in found)
        return
    # Imported where there is a column to rename.
    from ssbt.compiler.lsp.column_fixes import with_fixes
    from ssbt.compiler.lsp.workspace import Workspace

    yield from with_fixes(Workspace(), found, ends)


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
            home = job_folder(result.unit.input.path)
            around = projects.setdefault(home, Neighbourhood())
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
