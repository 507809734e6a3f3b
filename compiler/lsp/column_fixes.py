"""Columns that take the name that another pipeline writes, wherever they are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.wording import ContractFinding
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.lsp import renaming
from ssbt.compiler.lsp.workspace import Workspace


def with_fixes(
    workspace: Workspace, findings: Iterable[ContractFinding], endpoints: Iterable[Endpoint]
) -> Iterator[Diagnostic]:
    """The findings; where a column was renamed at the other end, with the edits that follow.

    There are none where another source has the same schema, or where a sink would write the column
    under its new name: then more than one edit could be meant.
    """
    endpoints = tuple(endpoints)
    for each in findings:
        diagnostic = each.diagnostic
        if each.renaming is not None and _is_only_user(each, endpoints):
            span, name = each.renaming
            try:
                edits = renaming.rename_symbol(workspace, span.path, span.start, name).edits
            except renaming.RenameRefusedError:
                edits = ()
            if {edit.span.path for edit in edits} <= {span.path}:
                diagnostic = replace(diagnostic, fix=edits)
        yield diagnostic


def _is_only_user(finding: ContractFinding, endpoints: Iterable[Endpoint]) -> bool:
    """Whether nobody but this source and the steps of its pipeline has the column."""
    assert finding.renaming is not None
    span, _ = finding.renaming
    for endpoint in endpoints:
        for column in endpoint.value.columns or ():
            is_written = endpoint.is_sink and endpoint.pipeline == finding.reader.pipeline
            if is_written and column.name.casefold() == finding.column.casefold():
                return False
            endpoint_key = endpoint.pipeline, endpoint.name
            if column.span == span and endpoint_key != (
                finding.reader.pipeline,
                finding.reader.name,
            ):
                return False
    return True
