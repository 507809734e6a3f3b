"""What pipelines of a project do to each other: their results put side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
import os
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ssbt.compiler.cli.compilation import Compiler
from ssbt.compiler.cli.compilation_results import CompilationResult
from ssbt.compiler.cli.inputs import Input, find_sources
from ssbt.compiler.cli.units import Unit, find_unit
from ssbt.compiler.disk import job_folder, list_configurations, read_project_file

if TYPE_CHECKING:
    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.contracts.wording import ContractFinding
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.lineage.neighbours import NeighbourEndpoint, Neighbours
    from ssbt.compiler.source import Source

Key = TypeVar("Key")


class _SharedFinding(NamedTuple):
    """A finding, the pipelines that report it, and those whose files it points at."""

    diagnostic: Diagnostic
    parties: tuple[CompilationResult, ...]
    places: tuple[CompilationResult, ...]


def with_findings_of_projects(
    results: Sequence[CompilationResult], compiler: Compiler
) -> list[CompilationResult]:
    """The results with what does not fit between them and others of their projects.

    A finding is reported with the pipeline that reads, or with the one that writes if the reader
    was not asked for.
    """
    all_results = [*results, *check_neighbours(results, compiler)]
    findings_by_path: dict[str, list[_SharedFinding]] = {}
    requested_paths = {result.unit.input.path for result in results}
    for each in _find_shared(all_results):
        for owner in each.parties:
            if owner.unit.input.path in requested_paths:
                findings_by_path.setdefault(owner.unit.input.path, []).append(each)
                break
    return [
        without_contracts(result)._replace(
            shared=tuple(
                each.diagnostic for each in findings_by_path.get(result.unit.input.path, ())
            ),
            shared_sources=_load_sources(findings_by_path.get(result.unit.input.path, ())),
        )
        for result in results
    ]


def without_contracts(result: CompilationResult) -> CompilationResult:
    """The result without what a pipeline by itself, seen without the others, has of these."""
    from ssbt.compiler.contracts.findings import is_contract_finding

    own_findings = tuple(each for each in result.findings if not is_contract_finding(each))
    return result._replace(findings=own_findings)


class JointFixes(NamedTuple):
    """New contents of files after fixes of what pipelines do to each other, and what is left."""

    contents: Mapping[str, bytes]
    fix_count: int
    remaining: tuple[list[Diagnostic], dict[str, Source]]


def apply_joint_fixes(units: Sequence[Unit], target: str | None) -> JointFixes:
    """Columns of schemas get the names that other pipelines write; nothing is written to disk."""
    from ssbt.compiler.diagnostics.fixes import accepted_edits, apply_edits, select_compatible

    compiler = Compiler(target)
    results = with_findings_of_projects([*compiler.check_units(units)], compiler)
    findings = [each for result in results for each in result.shared]
    sources = {path: s for result in results for path, s in result.shared_sources.items()}
    fixes = select_compatible(each for each in findings if each.fix)
    edits = accepted_edits(fixes)
    contents = {
        os.path.normpath(path): apply_edits(
            sources[path].text, [edit for edit in edits if edit.span.path == path]
        ).encode()
        for path in sorted({edit.span.path for edit in edits})
    }
    remaining = [each for each in findings if each not in fixes]
    return JointFixes(contents, len(fixes), (remaining, sources if remaining else {}))


def find_neighbours(units: Sequence[Unit], target: str | None) -> dict[str, Neighbours]:
    """For each pipeline's file, what other pipelines write that it reads, and the other way."""
    from ssbt.compiler.contracts.pairs import find_pairs
    from ssbt.compiler.lineage.neighbours import NeighbourEndpoint, Neighbours

    compiler = Compiler(target)
    results = [*compiler.check_units(units)]
    endpoints, owners = collect_endpoints((*results, *check_neighbours(results, compiler)))
    writers: dict[str, dict[tuple[str, str], list[NeighbourEndpoint]]] = {}
    readers: dict[str, dict[str, list[NeighbourEndpoint]]] = {}
    for pair in find_pairs(endpoints):
        reader, writer = pair.reader, pair.writer
        reader_path, writer_path = (owners[id(each)].unit.input.path for each in (reader, writer))
        if reader_path == writer_path:
            continue
        readers_by_sink = readers.setdefault(writer_path, {})
        readers_by_sink.setdefault(writer.name, []).append(
            NeighbourEndpoint(reader.pipeline, reader.name)
        )
        writers_by_column = writers.setdefault(reader_path, {})
        for column in writer.value.columns or ():
            other_endpoint = NeighbourEndpoint(writer.pipeline, writer.name, column.name)
            writers_by_column.setdefault((reader.name, column.name.casefold()), []).append(
                other_endpoint
            )
    return {
        path: Neighbours(_sort_each(writers.get(path, {})), _sort_each(readers.get(path, {})))
        for path in {*writers, *readers}
    }


def _sort_each(
    neighbours: Mapping[Key, Iterable[NeighbourEndpoint]],
) -> dict[Key, tuple[NeighbourEndpoint, ...]]:
    return {key: tuple(sorted(endpoints)) for key, endpoints in neighbours.items()}


def _find_shared(results: Iterable[CompilationResult]) -> Iterator[_SharedFinding]:
    from ssbt.compiler.contracts.findings import check_contracts

    endpoints, owners = collect_endpoints(results)
    contract_findings = [*check_contracts(endpoints)]
    for each, diagnostic in zip(
        contract_findings, _with_fixes(contract_findings, endpoints), strict=True
    ):
        parties = tuple(owners[id(endpoint)] for endpoint in each.parties)
        if not any(_is_allowed(each, party) for party in parties):
            ends = each.reader, each.writer, *each.others
            places = tuple(owners[id(endpoint)] for endpoint in ends)
            yield _SharedFinding(diagnostic, parties, places)


def _with_fixes(
    findings: Sequence[ContractFinding], endpoints: Sequence[Endpoint]
) -> Iterator[Diagnostic]:
    if not any(each.renaming for each in findings):
        yield from (each.diagnostic for each in findings)
        return
    # Imported where there is a column to rename.
    from ssbt.compiler.lsp.column_fixes import with_fixes
    from ssbt.compiler.lsp.workspace import Workspace

    yield from with_fixes(Workspace(), findings, endpoints)


def collect_endpoints(
    results: Iterable[CompilationResult],
) -> tuple[list[Endpoint], dict[int, CompilationResult]]:
    """The ends of all pipelines, and by the identity of each the result that it is from."""
    owners: dict[int, CompilationResult] = {}
    endpoints: list[Endpoint] = []
    for result in results:
        for endpoint in _relocate_endpoints(result):
            owners[id(endpoint)] = result
            endpoints.append(endpoint)
    return endpoints, owners


def _relocate_endpoints(result: CompilationResult) -> Iterator[Endpoint]:
    """The ends of a pipeline, with paths as the user would write them."""
    if not result.endpoints:
        return
    from ssbt.compiler.contracts.endpoint_paths import with_display_paths, with_home

    home = job_folder(result.unit.input.path)
    for endpoint in result.endpoints:
        yield with_home(with_display_paths(endpoint, result.unit.display_path), home)


def _is_allowed(finding: ContractFinding, party: CompilationResult) -> bool:
    from ssbt.compiler.cli.units import relocate_allowance

    return any(
        relocate_allowance(each, party.unit).covers(finding.diagnostic) for each in party.allowed
    )


def check_neighbours(
    results: Sequence[CompilationResult], compiler: Compiler
) -> Iterator[CompilationResult]:
    """The other pipelines of the projects that may read or write where these do."""
    from ssbt.compiler.contracts.neighbours import NeighbourSearch

    known_paths = {os.path.realpath(result.unit.input.path) for result in results}
    units: dict[str, Unit] = {}
    shared: dict[str, list[str]] = {}

    def list_texts(root: str) -> Iterator[tuple[str, str]]:
        for path in find_sources(_display_root(root)):
            if os.path.realpath(path) in known_paths:
                continue
            unit = find_unit(path)
            if unit is not None:
                units[path] = unit
                yield path, _read_text(unit.input)
            else:
                shared.setdefault(root, []).append(_read_text(Input(path)))

    def list_shared(root: str) -> Iterator[str]:
        yield from shared.pop(root, ())
        for path in list_configurations(_display_root(root)):
            yield _read_text(Input(path))

    searches = {
        root: NeighbourSearch(ends, partial(list_texts, root), partial(list_shared, root))
        for root, ends in _group_by_project(results).items()
    }
    while True:
        additions = {path: each for each in searches.values() for path in each.find_more()}
        if not additions:
            return
        checked_results = compiler.check_units([units[path] for path in additions])
        for search, result in zip(additions.values(), checked_results, strict=True):
            search.add(result.endpoints)
            yield result


def _group_by_project(results: Iterable[CompilationResult]) -> dict[str, list[Endpoint]]:
    """The ends of pipelines by the folder of their project."""
    endpoints: dict[str, list[Endpoint]] = {}
    for result in results:
        if result.endpoints and not result.unit.input.is_standard_input:
            home = job_folder(result.unit.input.path)
            endpoints.setdefault(home, []).extend(result.endpoints)
    return endpoints


def _display_root(root: str) -> str:
    relative = os.path.relpath(root)
    return root if relative.startswith("..") else relative


def _read_text(file: Input) -> str:
    try:
        return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _load_sources(shared_findings: Iterable[_SharedFinding]) -> dict[str, Source]:
    """The files that findings speak of, as they are now."""
    from ssbt.compiler.source import Source

    sources: dict[str, Source] = {}
    for each in shared_findings:
        for label in (each.diagnostic.primary, *each.diagnostic.secondary):
            path = label.span.path
            if path not in sources:
                data = _read_file(path, (place.unit for place in each.places))
                sources[path] = Source(path, data.decode("utf-8", "surrogateescape"))
    return sources


def _read_file(path: str, units: Iterable[Unit]) -> bytes:
    """The bytes of a file of one of the pipelines."""
    for unit in units:
        if path == unit.input.path:
            return unit.input.read()
        with suppress(OSError):
            return read_project_file(path, unit.input.project)
    return b""
