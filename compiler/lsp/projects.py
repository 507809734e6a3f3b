"""What an editor is told of a file because of other files of its project."""

from __future__ import annotations

from dataclasses import replace
import os

from ssbt.compiler.contracts.ends import End, at_home
from ssbt.compiler.contracts.findings import findings, is_of_contracts
from ssbt.compiler.contracts.neighbours import Neighbourhood
from ssbt.compiler.diagnostics.allowances import without_allowed
from ssbt.compiler.disk import job_folder
from ssbt.compiler.lsp.analysis import Analysis
from ssbt.compiler.lsp.column_fixes import with_fixes
from ssbt.compiler.lsp.workspace import Workspace


def with_project(workspace: Workspace, made: Analysis) -> Analysis:
    """The analysis with what does not fit between its ends and those of other pipelines."""
    if not made.ends:
        return made
    every = [made, *_neighbours(workspace, made)]
    ends = [end for each in every for end in _located(each)]
    own = {end.pipeline for end in made.ends}
    mine = (f for f in findings(ends) if own & {f.reader.pipeline, f.writer.pipeline})
    found = [*with_fixes(workspace, mine, ends)]
    allowed = [allowance for each in every for allowance in each.allowances]
    sources = {path: source for each in reversed(every) for path, source in each.sources.items()}
    told = {label.span.path for each in found for label in (each.primary, *each.secondary)}
    plain = tuple(each for each in made.findings if not is_of_contracts(each))
    return replace(
        made,
        findings=(*plain, *without_allowed(found, allowed)),
        sources={path: sources[path] for path in (*made.sources, *told) if path in sources},
    )


def is_in_project(path: str, other: str) -> bool:
    """Whether the jobs of two files run in one place."""
    return job_folder(path) == job_folder(other)


def _neighbours(workspace: Workspace, made: Analysis) -> list[Analysis]:
    around = Neighbourhood()
    for end in made.ends:
        around.add(end)
    found = []
    for path in dict.fromkeys(workspace.files()):
        if path == made.path or not is_in_project(path, made.path):
            continue
        if around.may_meet(workspace.text(path)):
            other = workspace.analysis(path)
            if other.path != made.path and other.ends:
                found.append(other)
    return found


def _located(made: Analysis) -> list[End]:
    is_file = os.path.isabs(made.path)
    home = job_folder(made.path) if is_file else ""
    return [at_home(end, home) for end in made.ends]
