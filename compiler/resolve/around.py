"""What the parts of a program need of the whole."""

from __future__ import annotations

from typing import Protocol

from ssbt.compiler.ir.pipeline import Parameter
from ssbt.compiler.resolve.declarations import Declared
from ssbt.compiler.resolve.modules import Purpose
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.names import SchemaNames
from ssbt.compiler.resolve.sources import Sources
from ssbt.compiler.source import Span


class Around(Protocol):
    """A program, to its datasets and transforms."""

    declared: Declared
    parameters: dict[str, Parameter]
    report: Report
    sources: Sources
    schema_names: SchemaNames

    def module(self, span: Span, path: str, wanted: str, purpose: Purpose) -> str | None:
        """A Python module to import."""

    def describe(self, span: Span) -> str:
        """The comment above a declaration."""
