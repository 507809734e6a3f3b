"""Columns that take the name that another pipeline writes, wherever they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ssbt.compiler.contracts.ends import End
from ssbt.compiler.contracts.wording import Finding
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.lsp import rename
from ssbt.compiler.lsp.workspace import Workspace


def with_fixes(
    workspace: Workspace, found: Iterable[Finding], ends: Iterable[End]
) -> Iterator[Diagnostic]:
    """The findings; where a column was renamed at the other end, with the edits that follow.

    There are none where another source has the same schema, or where a sink would write the column
    under its new name: then more than one edit could be meant.
    """
    ends = tuple(ends)
    for each in found:
        diagnostic = each.diagnostic
        if each.renaming is not None and _is_alone(each, ends):
            place, name = each.renaming
            try:
                edits = rename.renamed(workspace, place.path, place.start, name).edits
            except rename.RefusedError:
                edits = ()
            if {edit.span.path for edit in edits} <= {place.path}:
                diagnostic = replace(diagnostic, fix=edits)
        yield diagnostic


def _is_alone(found: Finding, ends: Iterable[End]) -> bool:
    """Whether nobody but this source and the steps of its pipeline has the column."""
    assert found.renaming is not None
    place, _ = found.renaming
    for end in ends:
        for column in end.value.columns or ():
            is_written = end.is_sink and end.pipeline == found.reader.pipeline
            if is_written and column.name.casefold() == found.column.casefold():
                return False
            others = end.pipeline, end.name
            if column.span == place and others != (found.reader.pipeline, found.reader.name):
                return False
    return True
