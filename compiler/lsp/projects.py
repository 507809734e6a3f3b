"""What an editor is told of a file because of other files of its project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import os
import re
from typing import TypeVar

from ssbt.compiler.contracts.endpoint_paths import with_home
from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts, is_contract_finding
from ssbt.compiler.contracts.neighbours import NeighbourSearch
from ssbt.compiler.diagnostics.allowances import without_allowed
from ssbt.compiler.disk import job_folder, list_configurations
from ssbt.compiler.lsp.checking import CheckedFile
from ssbt.compiler.lsp.column_fixes import with_fixes
from ssbt.compiler.lsp.workspace import Workspace
from ssbt.compiler.patterns import lazy_pattern

T = TypeVar("T", bound=CheckedFile)
_PIPELINE = lazy_pattern(r"^\s*pipeline\b", re.MULTILINE)


def with_project(workspace: Workspace, analysis: T) -> T:
    """A file with what does not fit between its ends and those of other pipelines."""
    if not analysis.endpoints:
        return analysis
    analyses: list[CheckedFile] = [analysis, *_find_neighbours(workspace, analysis)]
    endpoints = [endpoint for each in analyses for endpoint in _locate_ends(each)]
    pipelines = {endpoint.pipeline for endpoint in analysis.endpoints}
    own_findings = (
        finding
        for finding in check_contracts(endpoints)
        if any(party.pipeline in pipelines for party in finding.parties)
    )
    fixed_findings = [*with_fixes(workspace, own_findings, endpoints)]
    allowances = [allowance for each in analyses for allowance in each.allowances]
    sources = {path: source for each in reversed(analyses) for path, source in each.sources.items()}
    mentioned_paths = {
        label.span.path for each in fixed_findings for label in (each.primary, *each.secondary)
    }
    local_findings = tuple(each for each in analysis.findings if not is_contract_finding(each))
    return replace(
        analysis,
        findings=(*local_findings, *without_allowed(fixed_findings, allowances)),
        sources={
            path: sources[path] for path in (*analysis.sources, *mentioned_paths) if path in sources
        },
    )


def is_in_project(path: str, other: str) -> bool:
    """Whether the jobs of two files run in one place."""
    return job_folder(path) == job_folder(other)


def _find_neighbours(workspace: Workspace, analysis: CheckedFile) -> list[CheckedFile]:
    def list_texts() -> Iterator[tuple[str, str]]:
        for path in dict.fromkeys(workspace.files()):
            if path != analysis.path and is_in_project(path, analysis.path):
                yield path, workspace.text(path)

    def list_shared() -> Iterator[str]:
        yield from (text for _, text in list_texts() if not _PIPELINE.search(text))
        if os.path.isabs(analysis.path):
            yield from map(workspace.text, list_configurations(job_folder(analysis.path)))

    search = NeighbourSearch(analysis.endpoints, list_texts, list_shared)
    neighbours: dict[str, CheckedFile] = {}
    while paths := search.find_more():
        for path in paths:
            neighbour = workspace.check(path)
            is_new = neighbour.path != analysis.path and neighbour.path not in neighbours
            if is_new and neighbour.endpoints:
                neighbours[neighbour.path] = neighbour
                search.add(neighbour.endpoints)
    return [*neighbours.values()]


def _locate_ends(analysis: CheckedFile) -> list[Endpoint]:
    is_file = os.path.isabs(analysis.path)
    home = job_folder(analysis.path) if is_file else ""
    return [with_home(endpoint, home) for endpoint in analysis.endpoints]
