"""What the parts of a program need of the whole."""

from __future__ import annotations

from typing import Protocol

from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.declarations import Declarations
from ssbt.compiler.resolve.files import LoadedFiles
from ssbt.compiler.resolve.modules import ModulePurpose
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.names import SchemaLookup
from ssbt.compiler.resolve.sources import SourceResolver
from ssbt.compiler.source import Span


class ProgramContext(Protocol):
    """A program, to its datasets and transforms."""

    declarations: Declarations
    files: LoadedFiles
    parameters: dict[str, Parameter]
    report: Report
    sources: SourceResolver
    schema_names: SchemaLookup

    def add_module(self, span: Span, path: str, member: str, purpose: ModulePurpose) -> str | None:
        """A Python module to import."""

    def describe(self, span: Span) -> str:
        """The comment above a declaration."""
