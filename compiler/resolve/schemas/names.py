"""Schemas looked up by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import DeclaredSchema
from ssbt.compiler.source import Span


class SchemaLookup:
    """The schemas of a program; `used` are those that were asked for, in lower case."""

    def __init__(
        self, schemas: Mapping[str, DeclaredSchema], broken: Collection[str], report: Report
    ) -> None:
        self._schemas, self._broken, self._report = schemas, broken, report
        self.used: set[str] = set()

    def find(self, name: str, span: Span) -> DeclaredSchema | None:
        """A declared schema; None, with a finding, where there is none."""
        schema = self._schemas.get(name.casefold())
        if schema is not None:
            self.used.add(name.casefold())
            return schema
        if name.casefold() not in self._broken:
            names = [each.name for each in self._schemas.values()]
            message = f"there is no schema `{name}`"
            self._report.add_unknown_name(
                codes.UNKNOWN_SCHEMA, span, message, name, names, "schemas"
            )
        return None
